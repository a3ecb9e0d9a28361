#include "stages/text/text_kernel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "pipeline/utf8.h"
#include "tests/reference/gpt2_encoder.h"
#include "tests/reference/gpt2_pretokenizer.h"
#include "tests/support/guarded_memory.h"

namespace owt::text {
namespace {

using testing::ElementsAre;

std::vector<std::string> Cut(std::string_view text, const std::vector<uint32_t>& starts) {
  std::vector<std::string> pieces;
  for (size_t i = 0; i < starts.size(); ++i) {
    const size_t end = i + 1 < starts.size() ? starts[i + 1] : text.size();
    pieces.emplace_back(text.substr(starts[i], end - starts[i]));
  }
  return pieces;
}

std::vector<uint32_t> Starts(std::string_view text, SimdTier tier) {
  std::vector<uint32_t> starts(text.size() + 128);
  starts.resize(TextKernelOf(tier).split(text, starts.data()));
  return starts;
}

std::vector<uint32_t> ReferenceStarts(std::string_view text) {
  std::vector<uint32_t> starts;
  for (size_t begin = 0; begin < text.size(); begin = reference::PieceEnd(text, begin)) {
    starts.push_back(static_cast<uint32_t>(begin));
  }
  return starts;
}

// The pieces, after a check that all tiers and the reference find the same.
std::vector<std::string> Pieces(std::string_view text) {
  const std::vector<uint32_t> wanted = ReferenceStarts(text);
  for (const SimdTier tier : SimdTiers()) {
    EXPECT_EQ(Starts(text, tier), wanted) << SimdTierName(tier) << testing::PrintToString(text);
  }
  return Cut(text, wanted);
}

TEST(TextKernel, WordsTakeOneSpace) {
  EXPECT_THAT(Pieces("Hello world 42!"), ElementsAre("Hello", " world", " 42", "!"));
  EXPECT_THAT(Pieces("a1 \u4E2D\u6587\u0301x"),
              ElementsAre("a", "1", " \u4E2D\u6587", "\u0301", "x"));
}

TEST(TextKernel, WhiteSpaceLeavesItsLastCharacter) {
  EXPECT_THAT(Pieces("a   b"), ElementsAre("a", "  ", " b"));
  EXPECT_THAT(Pieces("a\n\nb"), ElementsAre("a", "\n", "\n", "b"));
  EXPECT_THAT(Pieces("a \nb"), ElementsAre("a", " ", "\n", "b"));
  EXPECT_THAT(Pieces("a\tb"), ElementsAre("a", "\t", "b"));
  EXPECT_THAT(Pieces("a\u00A0\u3000b"), ElementsAre("a", "\u00A0", "\u3000", "b"));
  EXPECT_THAT(Pieces("a \n "), ElementsAre("a", " \n "));
  EXPECT_THAT(Pieces(" "), ElementsAre(" "));
}

TEST(TextKernel, Contractions) {
  EXPECT_THAT(Pieces("it's we'll've'd"), ElementsAre("it", "'s", " we", "'ll", "'ve", "'d"));
  EXPECT_THAT(Pieces("IT'S"), ElementsAre("IT", "'", "S"));
  EXPECT_THAT(Pieces("''s"), ElementsAre("''", "s"));
  EXPECT_THAT(Pieces(" 's"), ElementsAre(" '", "s"));
  EXPECT_THAT(Pieces("x'r"), ElementsAre("x", "'", "r"));
  EXPECT_THAT(Pieces("it\u2019s"), ElementsAre("it", "\u2019", "s"));
  EXPECT_THAT(Pieces("'tis 'llama"), ElementsAre("'t", "is", " '", "llama"));
}

TEST(TextKernel, BadBytesAreOrdinaryCharacters) {
  EXPECT_THAT(Pieces("a\xFF\xE4\xB8!b"), ElementsAre("a", "\xFF\xE4\xB8!", "b"));
  EXPECT_THAT(Pieces(" \xC3"), ElementsAre(" \xC3"));
}

// Characters chosen so that every rule and every border between rules comes up often.
std::string RandomText(std::mt19937_64& random, size_t num_chars) {
  static const std::vector<std::string> kAlphabet = {
      "a",      "s",      "t",      "r",          "e",      "v",    "l",    "d",    "'",
      "'",      "'",      " ",      " ",          " ",      "\n",   "\t",   "\r",   "0",
      "9",      "!",      "_",      "\u00A0",     "\u2003", "\xE2", "\x80", "\xFF", "\u00E9",
      "\u4E2D", "\u0301", "\u00B2", "\U0001F600", "\u0663", "S",    "ll",   "ve",   "\x1C"};
  std::string text;
  for (size_t i = 0; i < num_chars; ++i) text += kAlphabet[random() % kAlphabet.size()];
  return text;
}

TEST(TextKernel, EqualsThePatternReadLiterally) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 30000; ++i) {
    const std::string text = RandomText(random, random() % 24);
    ASSERT_EQ(Pieces(text), reference::Pieces(text)) << testing::PrintToString(text);
  }
}

// The character-by-character splitter, with which the tiers are compared, against the pattern.
TEST(TextKernel, RandomBytesAreSplitAndKept) {
  std::mt19937_64 random(2);
  for (int i = 0; i < 5000; ++i) {
    std::string text(random() % 60, '\0');
    for (char& byte : text) byte = static_cast<char>(random());
    const std::vector<std::string> pieces = Pieces(text);
    ASSERT_EQ(pieces, reference::Pieces(text));
    std::string joined;
    for (const std::string& piece : pieces) joined += piece;
    ASSERT_EQ(joined, text);
  }
}

// Every length and alignment, amid bytes that would change the pieces if they were looked at.
TEST(TextKernel, EveryLengthAndAlignment) {
  std::mt19937_64 random(3);
  std::string memory(512, ' ');
  for (size_t length = 0; length <= 300; ++length) {
    for (size_t alignment = 0; alignment < 64; ++alignment) {
      const std::string text = RandomText(random, length).substr(0, length);
      const char around = "a 's\xE3\x80"[random() % 6];
      std::fill(memory.begin(), memory.end(), around);
      const size_t first = 64 - reinterpret_cast<uintptr_t>(memory.data()) % 64;
      text.copy(memory.data() + first + alignment, length);
      const std::string_view view(memory.data() + first + alignment, length);
      const std::vector<uint32_t> wanted = ReferenceStarts(text);
      for (const SimdTier tier : SimdTiers()) {
        ASSERT_EQ(Starts(view, tier), wanted)
            << SimdTierName(tier) << " " << testing::PrintToString(text);
      }
    }
  }
}

// Between pages that cannot be read: whatever looks outside of the text ends the test.
TEST(TextKernel, ReadsNothingOutsideOfTheText) {
  std::mt19937_64 random(4);
  GuardedMemory memory(4096);
  for (size_t length = 0; length <= 300; ++length) {
    for (int i = 0; i < 8; ++i) {
      const std::string text = RandomText(random, length).substr(0, length);
      const std::vector<uint32_t> wanted = ReferenceStarts(text);
      for (const SimdTier tier : SimdTiers()) {
        ASSERT_EQ(Starts(memory.AtBegin(text), tier), wanted) << SimdTierName(tier);
        ASSERT_EQ(Starts(memory.AtEnd(text), tier), wanted) << SimdTierName(tier);
      }
    }
  }
}

// Long runs of one kind, so that every rule meets every edge of 64 bytes.
TEST(TextKernel, RunsAcrossBlocks) {
  std::mt19937_64 random(5);
  const std::vector<std::string> units = {"a",   " ",      "\n",     "1",      "!",          "'s",
                                          "'ll", "\u00A0", "\u2003", "\u4E2D", "\U0001F600", "\xE3",
                                          "'",   "\u00B2", "a ",     " a",     "\u3000 ",    "re"};
  for (int i = 0; i < 20000; ++i) {
    std::string text;
    for (size_t part = 0; part < 6; ++part) {
      const std::string& unit = units[random() % units.size()];
      for (size_t n = random() % 40; n > 0; --n) text += unit;
    }
    Pieces(text);
  }
}

// Whatever the character before and behind it, at whatever place of a block.
TEST(TextKernel, EveryCharacterOfEveryClassAtEveryPlace) {
  const std::vector<std::string> contexts[2] = {{"", "a", " ", "1", "!", "\n", "\u3000", "'"},
                                                {"", "a", " ", "1", "!", "\n", "\u3000", "'s"}};
  const std::vector<std::string> chars = {
      "\u0085",   "\u00A0",       "\u1680",           "\u2000",      "\u200A",
      "\u2028",   "\u3000",       "\u00E9",           "\u4E2D",      "\U00010400",
      "\u0301",   "\u00B2",       "\u2167",           "\U0001D7D8",  "\U0001F600",
      "\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE0\x80\xA0"};
  for (size_t place = 56; place < 70; ++place) {
    for (const std::string& before : contexts[0]) {
      for (const std::string& behind : contexts[1]) {
        for (const std::string& c : chars) {
          Pieces(std::string(place, 'x') + before + c + behind);
          Pieces(std::string(place, ' ') + before + c + c + behind + " x");
        }
      }
    }
  }
}

// What the kernels know of letters beyond ASCII without the table is what the table says.
TEST(TextKernel, EveryCharacter) {
  for (const char* between : {"1", "a"}) {
    std::string text;
    for (char32_t c = 0x80; c < 0x110000; ++c) {
      if (c >= 0xD800 && c < 0xE000) continue;
      text += between;
      AppendUtf8(c, &text);
    }
    Pieces(text);
  }
}

// Their first bytes with right and wrong bytes behind them, across the edges of blocks.
TEST(TextKernel, ScrapsOfLargeScripts) {
  constexpr std::string_view kBytes =
      "\xD0\xD1\xE3\xE4\xE5\xE9\xEA\xEC\xED\x80\x9F\xB7\xB8\xBF\xBF\x80 a";
  std::mt19937_64 random(12);
  for (int i = 0; i < 5000; ++i) {
    std::string text(random() % 64, 'x');
    for (size_t n = random() % 100; n > 0; --n) text += kBytes[random() % kBytes.size()];
    Pieces(text);
  }
}

}  // namespace
}  // namespace owt::text
