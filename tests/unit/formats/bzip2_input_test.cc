#include "formats/bzip2_input.h"

#include <bzlib.h>
#include <gtest/gtest.h>

#include <fstream>
#include <random>
#include <string>

#include "formats/bzip2_codes.h"
#include "formats/bzip2_runs.h"
#include "formats/input_stream.h"
#include "pipeline/error.h"
#include "tests/support/scratch_folder.h"
#include "tests/unit/formats/bzip2_writer.h"

namespace owt::formats {
namespace {

std::string Bzip2(std::string_view text, int level) {
  std::string out(text.size() + text.size() / 100 + 600, '\0');
  auto size = static_cast<unsigned>(out.size());
  EXPECT_EQ(BZ2_bzBuffToBuffCompress(out.data(), &size, const_cast<char*>(text.data()),
                                     static_cast<unsigned>(text.size()), level, 0, 0),
            BZ_OK);
  out.resize(size);
  return out;
}

std::string Words(size_t size, uint32_t seed) {
  std::mt19937 random(seed);
  std::string text;
  while (text.size() < size) text += "word" + std::to_string(random() % 5000) + ' ';
  text.resize(size);
  return text;
}

class Bzip2InputTest : public testing::Test {
 protected:
  // What our decoder makes of a file: the text, or where `error` is set what came before it.
  std::string Read(std::string_view file, int workers, std::string* error,
                   size_t step = size_t{1} << 18) {
    std::ofstream(path_, std::ios::binary) << file;
    std::string text;
    error->clear();
    try {
      Bzip2Input input(std::make_unique<RawInput>(path_, 0, nullptr), workers);
      std::string buffer(step, '\0');
      while (const size_t got = input.Read(buffer.data(), step)) text.append(buffer, 0, got);
      EXPECT_EQ(input.compressed_position(), file.size());
    } catch (const Error& failure) {
      EXPECT_EQ(failure.kind(), ErrorKind::kInput);
      *error = failure.what();
    }
    return text;
  }

  // Any number of workers reads the same text as libbz2 does.
  void ExpectText(std::string_view file, std::string_view text) {
    for (const int workers : {1, 2, 8}) {
      std::string error;
      EXPECT_TRUE(Read(file, workers, &error) == text) << workers;
      EXPECT_EQ(error, "");
    }
  }

  tests::ScratchFolder folder_;
  const std::string path_ = folder_.File("input");
};

TEST_F(Bzip2InputTest, EveryLevelAndShape) {
  std::mt19937 random(1);
  std::string noise;
  while (noise.size() < 250000) noise += static_cast<char>(random());
  for (const std::string& text :
       {Words(250000, 1), noise, std::string(3000000, 'a'), std::string(200000, '\0') + noise}) {
    for (const int level : {1, 2, 9}) ExpectText(Bzip2(text, level), text);
  }
}

TEST_F(Bzip2InputTest, StreamsOfAllLevelsInARow) {
  std::string file;
  std::string text;
  for (int level = 1; level <= 9; ++level) {
    for (const size_t size : {0, 1, 130000}) {
      const std::string part = Words(size, static_cast<uint32_t>(level));
      file += Bzip2(part, level);
      text += part;
    }
  }
  ExpectText(file, text);
}

TEST_F(Bzip2InputTest, RunsOfEveryLength) {
  std::string text;
  for (size_t length = 0; length < 600; ++length) {
    text += std::string(length, static_cast<char>('a' + length % 3)) + '-';
  }
  const std::string file = Bzip2(text, 1);
  ExpectText(file, text);
  std::string error;
  EXPECT_TRUE(Read(file, 1, &error, 1) == text);  // one byte at a time
}

// A flipped bit is an error, or what libbz2 reads as well.
TEST_F(Bzip2InputTest, FlippedBits) {
  std::mt19937 random(2);
  const std::string good = Bzip2(Words(210000, 3), 1) + Bzip2(Words(90000, 4), 9);
  for (int i = 0; i < 150; ++i) {
    std::string bad = good;
    const size_t bit = random() % (bad.size() * 8);
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ 1 << bit % 8);
    std::string error, error_of_8, text;
    const std::string one = Read(bad, 1, &error);
    const std::string eight = Read(bad, 8, &error_of_8);
    EXPECT_TRUE(one == eight) << bit;
    EXPECT_EQ(error, error_of_8) << bit;
    EXPECT_EQ(error.empty(), LibBunzip2(bad, &text)) << bit;
    EXPECT_TRUE(!error.empty() || one == text) << bit;
  }
}

TEST_F(Bzip2InputTest, Truncation) {
  const std::string good = Bzip2(Words(250000, 5), 1);
  for (size_t size = 4; size < good.size();
       size += size < 200 || good.size() - size < 50 ? 1 : 997) {
    for (const int workers : {1, 8}) {
      std::string error;
      Read(good.substr(0, size), workers, &error);
      EXPECT_NE(error.find("truncated"), std::string::npos) << size << ": " << error;
    }
  }
}

TEST_F(Bzip2InputTest, MayBeLeftAtAnyPoint) {
  const std::string file = Bzip2(Words(3000000, 6), 1);
  std::ofstream(path_, std::ios::binary) << file;
  std::string buffer(100000, '\0');
  for (int reads = 0; reads < 20; ++reads) {
    Bzip2Input input(std::make_unique<RawInput>(path_, 0, nullptr), 4);
    for (int i = 0; i < reads; ++i) input.Read(buffer.data(), buffer.size());
  }
}

// Magic numbers that stand inside a block by chance, at every bit offset.
TEST_F(Bzip2InputTest, FalseStartsInsideABlock) {
  const std::string block_magic = "\x31\x41\x59\x26\x53\x59";
  const std::string end_magic = "\x17\x72\x45\x38\x50\x90";
  for (unsigned shift = 0; shift < 8; ++shift) {
    for (const size_t count : {1, 2, 3, 7, 100}) {
      std::vector<unsigned> symbols;
      for (unsigned i = 0; i < shift; ++i) symbols.insert(symbols.end(), {1, 50 + i});  // 17 bits
      for (size_t i = 0; i < count; ++i) {
        const auto magic = SpellSymbols(i % 3 == 1 ? end_magic : block_magic);
        symbols.insert(symbols.end(), magic.begin(), magic.end());
        symbols.push_back(7);
      }
      // Such a column is no text's: some ends and rows give a run without its number.
      std::string file, text;
      bool is_good = false;
      for (unsigned last = 2; last < 250 && !is_good; ++last) {
        symbols.push_back(last);
        file = FileOfBlock(symbols, last % static_cast<uint32_t>(symbols.size()));
        is_good = LibBunzip2(file, &text);
      }
      ASSERT_TRUE(is_good) << shift << " " << count;
      ExpectText(file + file, text + text);
    }
  }
}

TEST_F(Bzip2InputTest, TooManyFalseStarts) {
  std::vector<unsigned> symbols;
  for (int i = 0; i < 5000; ++i) {
    for (const unsigned s : SpellSymbols("\x31\x41\x59\x26\x53\x59")) symbols.push_back(s);
  }
  std::string error;
  Read(FileOfBlock(symbols, 3), 2, &error);
  EXPECT_NE(error.find("too many block headers inside a block"), std::string::npos) << error;
}

// Blocks that no compressor writes: libbz2 decides what they mean.
TEST_F(Bzip2InputTest, RandomSymbolsAgainstLibbz2) {
  std::mt19937 random(7);
  for (int i = 0; i < 300; ++i) {
    std::vector<unsigned> symbols;
    const unsigned limit = i % 2 == 0 ? 257 : 2 + random() % 8;
    for (size_t n = 1 + random() % 3000; n > 0; --n) {
      // Long rows of run digits would be runs beyond the block.
      const auto symbol = static_cast<unsigned>(random() % limit);
      const bool is_long_run = symbols.size() > 8 && symbol < 2 && symbols[symbols.size() - 8] < 2;
      symbols.push_back(is_long_run ? 5 : symbol);
    }
    const std::string file = FileOfBlock(symbols, static_cast<uint32_t>(random() % symbols.size()));
    std::string text, error;
    const bool is_good = LibBunzip2(file, &text);
    const std::string ours = Read(file, 1, &error);
    ASSERT_EQ(error.empty(), is_good) << i << " " << error;
    ASSERT_TRUE(!is_good || ours == text) << i;
  }
}

TEST_F(Bzip2InputTest, RandomizedBlocksAreRefused) {
  Bzip2Writer writer(9);
  writer.AddBlock(SpellSymbols("text"), 0, 0, true);
  std::string error;
  Read(writer.Finish(), 1, &error);
  EXPECT_NE(error.find("only bzip2 before 0.9.5"), std::string::npos) << error;
}

TEST(Bzip2Crc, CheckValue) {
  // CRC-32/BZIP2 of the catalogue of parametrised CRC algorithms.
  EXPECT_EQ(~UpdateBzip2Crc(~uint32_t{0}, "123456789"), 0xFC891918U);
  const std::string text = Words(1000, 8);
  uint32_t crc = ~uint32_t{0};
  for (const char byte : text) crc = UpdateBzip2Crc(crc, {&byte, 1});
  EXPECT_EQ(crc, UpdateBzip2Crc(~uint32_t{0}, text));
}

TEST(Bzip2Codes, FindsEveryCodeAndNothingElse) {
  std::mt19937 random(9);
  Bzip2Codes codes;
  for (int i = 0; i < 200; ++i) {
    // Lengths that fit, in random order; they may leave codes unused.
    std::vector<uint8_t> lengths;
    for (uint32_t room = 1 << 20; lengths.size() < 258;) {
      const uint8_t length = static_cast<uint8_t>(1 + random() % 20);
      if (1U << (20 - length) > room) break;
      room -= 1U << (20 - length);
      lengths.push_back(length);
    }
    ASSERT_TRUE(codes.Set(lengths));
    uint64_t code = 0;
    for (unsigned length = 1; length <= 20; ++length, code <<= 1) {
      for (uint32_t symbol = 0; symbol < lengths.size(); ++symbol) {
        if (lengths[symbol] != length) continue;
        const uint64_t rest = uint64_t{random()} << 32 | random();
        EXPECT_EQ(codes.Find(code << (64 - length) | rest >> length), symbol << 5 | length);
        ++code;
      }
    }
    const bool is_full = code >> 1 == 1 << 20;
    EXPECT_EQ(codes.Find(~uint64_t{0}) == Bzip2Codes::kNoSymbol << 5, !is_full);
  }
  const std::vector<uint8_t> too_many = {1, 1, 20};
  EXPECT_FALSE(codes.Set(too_many));
}

}  // namespace
}  // namespace owt::formats
