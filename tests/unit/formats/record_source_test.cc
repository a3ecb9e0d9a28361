// Files, lines and WARC records in batches, against what stands in the files.
#include "formats/record_source.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "pipeline/paths.h"
#include "tests/support/scratch_folder.h"

namespace owt::formats {
namespace {

std::string WarcBytes(std::string_view block) {
  return std::string("WARC/1.0\r\nContent-Length: ")
      .append(std::to_string(block.size()))
      .append("\r\n\r\n")
      .append(block)
      .append("\r\n\r\n");
}

RecordKind ByName(const std::string& path, std::string_view) {
  if (path.ends_with(".lines")) return RecordKind::kLines;
  if (path.ends_with(".warc")) return RecordKind::kWarc;
  return path.ends_with(".skip") ? RecordKind::kNone : RecordKind::kFile;
}

class RecordSourceTest : public ::testing::Test {
 protected:
  void Write(const std::string& name, std::string_view bytes) {
    owt::tests::WriteAll(folder_.File(name), bytes);
    context_.inputs = ExpandInputs({folder_.File("")});
  }

  // "FILE:bytes" or "FILE!reason", in order; batches of one file put together.
  std::vector<std::string> ReadAll(RecordSource& source) {
    std::vector<std::string> seen;
    Batch batch;
    while (source.Next(&batch)) {
      const std::string& path = context_.inputs[batch.begin.file].path;
      const std::string name = path.substr(path.rfind('/') + 1);
      for (const BadRecord& bad : batch.bad) {
        seen.push_back(std::string(name).append("!").append(bad.reason));
      }
      batch.bad.clear();
      const bool file = source.kind(batch.begin.file) == RecordKind::kFile;
      if (batch.bytes.size() > 0) {
        const std::string beginning = name + ":";
        if (file || seen.empty() || !seen.back().starts_with(beginning)) seen.push_back(beginning);
        seen.back().append(batch.bytes.view());
      }
      ends_.push_back(batch.end);
    }
    return seen;
  }

  std::vector<std::string> ReadAll() {
    RecordSource source(context_, ByName);
    return ReadAll(source);
  }

  owt::tests::ScratchFolder folder_;
  RunContext context_;
  std::vector<Position> ends_;
};

TEST_F(RecordSourceTest, EveryKindInItsOwnWay) {
  Write("a.txt", "one\ntwo");
  Write("b.lines", "1\n2\n3");
  Write("c.skip", "x");
  Write("d.warc", WarcBytes("r"));
  EXPECT_EQ(ReadAll(), (std::vector<std::string>{"a.txt:one\ntwo", "b.lines:1\n2\n3",
                                                 "d.warc:" + WarcBytes("r")}));
}

TEST_F(RecordSourceTest, BatchesCutLinesAndRecordsBetweenThem) {
  std::string lines;
  std::string warc;
  for (int i = 0; i < 300'000; ++i) lines += std::to_string(i) + "\n";
  for (int i = 0; i < 20'000; ++i) warc += WarcBytes(std::string(static_cast<size_t>(i % 97), 'x'));
  Write("a.lines", lines);
  Write("b.warc", warc);
  for (const uint64_t batch_bytes : {1u, 5000u, 1'000'000u}) {
    context_.common.batch_bytes = batch_bytes;
    RecordSource source(context_, ByName);
    std::string whole[2];
    Batch batch;
    while (source.Next(&batch)) {
      EXPECT_TRUE(batch.bad.empty());
      EXPECT_EQ(batch.begin.offset, whole[batch.begin.file].size());
      whole[batch.begin.file].append(batch.bytes.view());
      EXPECT_TRUE(batch.begin.file == 1 || batch.bytes.view().empty() ||
                  batch.bytes.view().back() == '\n');
    }
    EXPECT_EQ(whole[0], lines);
    EXPECT_EQ(whole[1], warc);
  }
}

TEST_F(RecordSourceTest, WhatIsTooLargeIsRefusedAndTheRestGoesOn) {
  context_.common.max_record_bytes = 1000;
  const std::string large(600'000, 'x');
  Write("a.txt", large);
  Write("b.lines", large + "\nnext\n");
  Write("c.warc", WarcBytes(large) + WarcBytes("next"));
  EXPECT_EQ(ReadAll(),
            (std::vector<std::string>{"a.txt!too_large", "b.lines!too_large", "b.lines:next\n",
                                      "c.warc!too_large", "c.warc:" + WarcBytes("next")}));
}

// Whatever the size of the reads and of the batches; also where a line of it looks like a record,
// and where "WARC/" stands within a line.
TEST_F(RecordSourceTest, WhatIsNoRecordIsOneBadRecord) {
  for (const size_t size : {1u, 5u, 1000u, 1030u, 262'100u, 262'144u, 262'150u, 900'000u}) {
    std::string junk(size, 'x');
    for (size_t at = 7; at + 7 < size; at += 97) junk.replace(at, 7, "\r\nx WAR");
    for (size_t at = 50; at + 7 < size; at += 131) junk.replace(at, 6, " WARC/");
    const std::string expected[] = {"a.warc:" + WarcBytes("1"), "a.warc!malformed_warc",
                                    "a.warc:" + WarcBytes("2"), "a.warc!malformed_warc"};
    Write("a.warc", WarcBytes("1") + "\r\n\n" + junk + "\n" + WarcBytes("2") + junk);
    for (const uint64_t batch_bytes : {1u, 5000u, 1'000'000u}) {
      context_.common.batch_bytes = batch_bytes;
      EXPECT_EQ(ReadAll(), std::vector(std::begin(expected), std::end(expected))) << size;
    }
  }
}

TEST_F(RecordSourceTest, ACorruptFileEndsAloneAndIsNamed) {
  Write("a.warc", WarcBytes("r") + "junk");
  Write("b.gz", "\x1f\x8b\x08 corrupt");
  Write("c.txt", "text");
  EXPECT_EQ(ReadAll(),
            (std::vector<std::string>{"a.warc:" + WarcBytes("r"), "a.warc!malformed_warc",
                                      "b.gz!corrupt_input", "c.txt:text"}));
}

TEST_F(RecordSourceTest, GoesOnBehindAnyBatch) {
  context_.common.batch_bytes = 20;
  Write("a.lines", "11111111111111\n2222222222222222\n333333333333333333\n");
  Write("b.txt", "file");
  Write("c.warc", WarcBytes("one") + WarcBytes("two"));
  const std::vector<std::string> all = ReadAll();
  const std::vector<Position> ends = ends_;
  for (size_t i = 0; i < ends.size(); ++i) {
    RecordSource source(context_, ByName);
    source.Seek(ends[i]);
    std::string rest;
    for (const std::string& record : ReadAll(source)) rest += record;
    std::string whole;
    for (const std::string& record : all) whole += record;
    EXPECT_TRUE(whole.ends_with(rest)) << i;
    EXPECT_TRUE(i + 1 < ends.size() || rest.empty());
  }
}

TEST_F(RecordSourceTest, ShardsShareTheFiles) {
  for (int i = 0; i < 20; ++i) {
    Write("f" + std::to_string(i), std::string(static_cast<size_t>(i * 7 % 31), 'x'));
  }
  std::vector<uint32_t> seen;
  for (int shard = 0; shard < 3; ++shard) {
    context_.common.shard = std::to_string(shard) + "/3";
    RecordSource source(context_, ByName);
    Batch batch;
    while (source.Next(&batch)) seen.push_back(batch.begin.file);
  }
  std::vector<uint32_t> expected(20);
  for (uint32_t i = 0; i < 20; ++i) expected[i] = i;
  EXPECT_EQ(seen, expected);
}

}  // namespace
}  // namespace owt::formats
