#include "formats/input_stream.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <thread>
#include <utility>

#include "formats/compressor.h"
#include "pipeline/error.h"
#include "tests/support/scratch_folder.h"

namespace owt::formats {
namespace {

using std::string_literals::operator""s;

constexpr Compression kAll[] = {Compression::kNone, Compression::kGzip, Compression::kBzip2,
                                Compression::kXz, Compression::kZstd};

std::string Frame(Compression compression, std::string_view plain) {
  std::string out;
  CompressFrame(compression, plain, &out);
  return out;
}

// Words drawn at random: it compresses, but not to nothing.
std::string SampleText(size_t size, uint32_t seed) {
  std::mt19937 random(seed);
  std::string text;
  while (text.size() < size) {
    text += "word" + std::to_string(random() % 1000) + (random() % 16 == 0 ? '\n' : ' ');
  }
  text.resize(size);
  return text;
}

class InputStreamTest : public testing::Test {
 protected:
  void Write(std::string_view bytes) {
    std::ofstream(path_, std::ios::binary) << bytes;
    file_size_ = bytes.size();
  }

  // Reads it all in steps of `step` bytes and checks what holds for every input.
  std::string ReadAll(size_t step = size_t{1} << 16) {
    std::string seen;
    InputOptions options;
    options.observer = [&](std::string_view block) { seen += block; };
    const auto input = OpenInput(path_, options);
    std::string text;
    std::string buffer(step, '\0');
    for (size_t got; (got = input->Read(buffer.data(), step)) > 0;) {
      EXPECT_LE(got, step);
      text.append(buffer, 0, got);
    }
    EXPECT_EQ(input->Read(buffer.data(), step), 0U);
    EXPECT_EQ(input->compressed_position(), file_size_);
    std::ifstream file(path_, std::ios::binary);
    EXPECT_TRUE(seen == std::string(std::istreambuf_iterator<char>(file), {}));
    return text;
  }

  // The error of reading it all, or "" where there is none.
  std::string ReadError() {
    try {
      ReadAll();
      return "";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kInput);
      EXPECT_EQ(error.file(), path_);
      EXPECT_LE(error.position(), file_size_);
      return error.message();
    }
  }

  tests::ScratchFolder folder_;
  const std::string path_ = folder_.File("input");
  uint64_t file_size_ = 0;
};

TEST_F(InputStreamTest, RoundTrip) {
  for (const Compression compression : kAll) {
    for (const size_t size : {0, 1, 100, 65536, 1000000}) {
      const std::string text = SampleText(size, 1);
      Write(Frame(compression, text));
      EXPECT_TRUE(ReadAll() == text) << CompressionName(compression) << " " << size;
    }
  }
}

TEST_F(InputStreamTest, OneByteAtATime) {
  const std::string text = SampleText(20000, 2);
  for (const Compression compression : kAll) {
    Write(Frame(compression, text) + Frame(compression, "") + Frame(compression, text));
    EXPECT_TRUE(ReadAll(1) == text + text) << CompressionName(compression);
  }
}

TEST_F(InputStreamTest, ManyFramesAreOneText) {
  for (const Compression compression : kAll) {
    std::string bytes;
    std::string text;
    for (uint32_t i = 0; i < 300; ++i) {
      const std::string part = SampleText(i * 7 % 500, i);
      text += part;
      CompressFrame(compression, part, &bytes);
    }
    Write(bytes);
    EXPECT_TRUE(ReadAll() == text) << CompressionName(compression);
  }
}

TEST_F(InputStreamTest, EveryTruncationIsAnErrorOrAFrameEnd) {
  const std::string first = "first frame, "s + SampleText(200, 3);
  for (const Compression compression : kAll) {
    if (compression == Compression::kNone) continue;
    const std::string one = Frame(compression, first);
    const std::string two = one + Frame(compression, "second");
    for (size_t size = 2; size < two.size(); ++size) {
      if (compression == Compression::kBzip2 && size < 4) continue;  // "BZh" is text as well
      Write(two.substr(0, size));
      if (size == one.size()) {
        EXPECT_TRUE(ReadAll() == first);
      } else {
        EXPECT_NE(ReadError().find("truncated"), std::string::npos)
            << CompressionName(compression) << " cut to " << size;
      }
    }
  }
}

TEST_F(InputStreamTest, FlippedBitsNeverPassUnseen) {
  // Small enough to try every bit.
  const std::string text = SampleText(100, 4);
  for (const Compression compression : kAll) {
    if (compression == Compression::kNone) continue;
    const std::string good = Frame(compression, text);
    for (size_t bit = 0; bit < good.size() * 8; ++bit) {
      std::string bad = good;
      bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << bit % 8));
      Write(bad);
      std::string got;
      try {
        got = ReadAll();
      } catch (const Error&) {
        continue;
      }
      // Fields that carry no data (time, name flags) may differ; a broken magic makes it plain.
      EXPECT_TRUE(got == text || got == bad) << CompressionName(compression) << " bit " << bit;
    }
  }
}

TEST_F(InputStreamTest, TrailingBytes) {
  for (const Compression compression : kAll) {
    if (compression == Compression::kNone) continue;
    Write(Frame(compression, "text") + "garbage");
    EXPECT_NE(ReadError(), "") << CompressionName(compression);
  }
  Write(Frame(Compression::kGzip, "text") + std::string(1000, '\0'));
  EXPECT_EQ(ReadAll(), "text");
  Write(Frame(Compression::kGzip, "text") + std::string(1000, '\0') + "x");
  EXPECT_EQ(ReadError(), "what follows the gzip data is not gzip");
  Write(Frame(Compression::kXz, "text") + std::string(8, '\0'));
  EXPECT_EQ(ReadAll(), "text");
}

// What the tools write, we read.
TEST_F(InputStreamTest, FilesOfTheRealTools) {
  const std::string text = SampleText(300000, 7);
  const std::string plain = path_ + ".plain";
  std::ofstream(plain, std::ios::binary) << text;
  for (const char* const tool :
       {"gzip -1", "gzip -9", "bzip2 -1", "bzip2 -9", "xz -0", "xz -6", "xz -T2 --block-size=50000",
        "xz --check=sha256", "zstd -q -1", "zstd -q -19", "zstd -q --long=31", "pigz", "pbzip2",
        "lbzip2", "pixz -t", "pzstd -q"}) {
    const std::string name(std::string_view(tool).substr(0, std::string_view(tool).find(' ')));
    if (std::system(("command -v " + name + " > '" + path_ + "'").c_str()) != 0) continue;
    const std::string quoted = "'" + plain + "' > '" + path_ + "'";
    ASSERT_EQ(std::system((tool + " -c < "s + quoted).c_str()), 0) << tool;
    file_size_ = std::filesystem::file_size(path_);
    EXPECT_TRUE(ReadAll() == text) << tool;
  }
  std::filesystem::remove(plain);
}

// What we write, the tools read.
TEST_F(InputStreamTest, FramesForTheRealTools) {
  const std::string text = SampleText(300000, 8);
  for (const auto& [compression, tool] :
       {std::pair(Compression::kGzip, "gzip"), std::pair(Compression::kBzip2, "bzip2"),
        std::pair(Compression::kXz, "xz"), std::pair(Compression::kZstd, "zstd")}) {
    Write(Frame(compression, text) + Frame(compression, "") + Frame(compression, text));
    if (std::system(("command -v "s + tool + " > '" + path_ + ".out'").c_str()) != 0) continue;
    EXPECT_EQ(std::system((tool + " -dc < '"s + path_ + "' > '" + path_ + ".out'").c_str()), 0);
    std::ifstream out(path_ + ".out", std::ios::binary);
    EXPECT_TRUE(std::string(std::istreambuf_iterator<char>(out), {}) == text + text) << tool;
  }
  std::filesystem::remove(path_ + ".out");
}

// Pipes cannot be read twice, nor from the middle, and give little at a time.
TEST_F(InputStreamTest, Pipes) {
  const std::string text = SampleText(200000, 9);
  for (const Compression compression : kAll) {
    const std::string bytes = Frame(compression, text);
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    std::thread writer([&] {
      // The first piece ends inside the magic number.
      for (size_t at = 0, step = 3; at < bytes.size(); at += step, step = 7777) {
        const std::string_view piece = std::string_view(bytes).substr(at, step);
        EXPECT_EQ(::write(ends[1], piece.data(), piece.size()), static_cast<ssize_t>(piece.size()));
      }
      ::close(ends[1]);
    });
    const std::string name = "/dev/fd/" + std::to_string(ends[0]);
    const auto input = OpenInput(name);
    std::string got;
    std::string buffer(1000, '\0');
    while (const size_t count = input->Read(buffer.data(), buffer.size())) {
      got.append(buffer, 0, count);
    }
    EXPECT_TRUE(got == text) << CompressionName(compression);
    EXPECT_EQ(input->compressed_position(), bytes.size());
    writer.join();
    ::close(ends[0]);
  }
}

TEST_F(InputStreamTest, StdinIsADash) {
  const std::string text = SampleText(100000, 10);
  Write(Frame(Compression::kBzip2, text));
  const int saved = ::dup(STDIN_FILENO);
  ASSERT_NE(std::freopen(path_.c_str(), "rb", stdin), nullptr);
  std::string got(text.size() + 1, '\0');
  {
    const auto input = OpenInput("-");
    got.resize(input->Read(got.data(), got.size()));
  }
  EXPECT_TRUE(got == text);
  EXPECT_NE(::dup2(saved, STDIN_FILENO), -1);
  ::close(saved);
}

TEST_F(InputStreamTest, SkippableFramesAreSkipped) {
  const std::string skippable = "\x5A\x2A\x4D\x18\x05\0\0\0abcde"s;
  Write(skippable + Frame(Compression::kZstd, "one ") + skippable +
        Frame(Compression::kZstd, "two"));
  EXPECT_EQ(ReadAll(), "one two");
}

TEST_F(InputStreamTest, PlainFilesOpenAnywhere) {
  Write("0123456789");
  const InputInfo info = ProbeInput(path_);
  EXPECT_TRUE(info.is_regular && info.is_plain);
  EXPECT_EQ(info.size, 10U);
  char buffer[16];
  const auto input = OpenPlainAt(path_, 7);
  EXPECT_EQ(input->compressed_position(), 7U);
  EXPECT_EQ(std::string(buffer, input->Read(buffer, 16)), "789");
  EXPECT_EQ(input->compressed_position(), 10U);
  EXPECT_EQ(OpenPlainAt(path_, 11)->Read(buffer, 16), 0U);
  Write(Frame(Compression::kGzip, "text"));
  EXPECT_FALSE(ProbeInput(path_).is_plain);
}

TEST_F(InputStreamTest, MissingFilesAndFoldersAreErrors) {
  EXPECT_THROW(OpenInput(path_), Error);
  EXPECT_THROW(ProbeInput(path_), Error);
  EXPECT_THROW(OpenInput(testing::TempDir()), Error);
}

TEST(CompressFrame, IsTheSameOnEveryThreadAndAfterAnything) {
  const std::string text = SampleText(100000, 5);
  for (const Compression compression : kAll) {
    const std::string first = Frame(compression, text);
    std::string elsewhere;
    std::thread([&] {
      CompressFrame(compression, SampleText(500, 6), &elsewhere);
      elsewhere.clear();
      CompressFrame(compression, text, &elsewhere);
    }).join();
    EXPECT_TRUE(elsewhere == first) << CompressionName(compression);
  }
}

}  // namespace
}  // namespace owt::formats
