#include "formats/compression.h"

#include <gtest/gtest.h>

#include <string>

namespace owt::formats {
namespace {

using std::string_literals::operator""s;

TEST(Compression, IsFoundByTheFirstBytes) {
  EXPECT_EQ(DetectCompression("\x1F\x8B\x08\0\0\0\0\0\0\x03"s), Compression::kGzip);
  EXPECT_EQ(DetectCompression("BZh91AY&SY"), Compression::kBzip2);
  EXPECT_EQ(DetectCompression("BZh1\x17\x72\x45\x38\x50\x90"), Compression::kBzip2);
  EXPECT_EQ(DetectCompression("\xFD\x37zXZ\0\0\x04\xE6\xD6"s), Compression::kXz);
  EXPECT_EQ(DetectCompression("\x28\xB5\x2F\xFD\x04\0\0\0\0\0"s), Compression::kZstd);
  EXPECT_EQ(DetectCompression("\x5F\x2A\x4D\x18\0\0\0\0\0\0"s), Compression::kZstd);
}

TEST(Compression, TextIsPlain) {
  for (const std::string& text :
       {""s, "B"s, "BZh"s, "BZh9 is a word"s, "BZh0"s, "(ab"s, "PK"s, "\0"s, "{\"text\":\"\"}"s,
        "\x1F"s, "\xFD"s, "\xEF\xBB\xBFtext"s}) {
    EXPECT_EQ(DetectCompression(text), Compression::kNone) << text;
  }
}

TEST(Compression, HeadsCutInsideTheMagicCount) {
  EXPECT_EQ(DetectCompression("\x1F\x8B"), Compression::kGzip);
  EXPECT_EQ(DetectCompression("BZh9"), Compression::kBzip2);
  EXPECT_EQ(DetectCompression("BZh91AY"), Compression::kBzip2);
  EXPECT_EQ(DetectCompression("\xFD\x37z"), Compression::kXz);
  EXPECT_EQ(DetectCompression("\x28\xB5"), Compression::kZstd);
}

TEST(Compression, OfAnOutputIsItsSuffix) {
  EXPECT_EQ(CompressionForName("a.jsonl"), Compression::kNone);
  EXPECT_EQ(CompressionForName("-"), Compression::kNone);
  EXPECT_EQ(CompressionForName("gz"), Compression::kNone);
  EXPECT_EQ(CompressionForName("a.jsonl.gz"), Compression::kGzip);
  EXPECT_EQ(CompressionForName("a.bz2"), Compression::kBzip2);
  EXPECT_EQ(CompressionForName("a.gz.xz"), Compression::kXz);
  EXPECT_EQ(CompressionForName("dir.gz/a.zst"), Compression::kZstd);
}

}  // namespace
}  // namespace owt::formats
