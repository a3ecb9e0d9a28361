#include "stages/dedup/word_folder.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "pipeline/utf8.h"
#include "stages/dedup/shingle_hash.h"
#include "tests/reference/folded_words.h"
#include "tests/support/guarded_memory.h"

namespace owt::dedup {
namespace {

using Words = std::vector<std::string>;

Words FoldAll(std::string_view text, WordFolder* folder) {
  Words words;
  std::vector<uint64_t> hashes(WordFolder::kMaxWords);
  folder->Start(text);
  while (folder->Next()) {
    EXPECT_LE(folder->size(), WordFolder::kMaxWords);
    folder->Hash(hashes.data());
    for (size_t i = 0; i < folder->size(); ++i) {
      words.emplace_back(folder->word(i));
      std::string padded = words.back() + std::string(16, 'x');
      EXPECT_EQ(hashes[i], HashBytes(padded.data(), words.back().size()));
    }
  }
  EXPECT_FALSE(folder->Next());
  return words;
}

// Checks that all sets of instructions give the reference's words, also at the edge of memory.
void ExpectFolded(std::string_view text) {
  const Words expected = reference::FoldedWords(text);
  GuardedMemory memory(text.size() + 1);
  for (const text::SimdTier tier : text::SimdTiers()) {
    WordFolder folder(tier);
    ASSERT_EQ(FoldAll(memory.AtEnd(text), &folder), expected)
        << text::SimdTierName(tier) << " " << testing::PrintToString(std::string(text));
  }
}

TEST(WordFolderTest, EveryCharacterBetweenLetters) {
  for (char32_t c = 1; c < 0x11000; ++c) {
    if (c >= 0xD800 && c < 0xE000) continue;
    std::string text = "xY";
    AppendUtf8(c, &text);
    text += "Z";
    WordFolder folder;
    ASSERT_EQ(FoldAll(text, &folder), reference::FoldedWords(text)) << static_cast<uint32_t>(c);
  }
}

TEST(WordFolderTest, WordsOfAllLengthsAtAllPlaces) {
  for (size_t before = 0; before < 140; ++before) {
    for (const size_t size : {1, 2, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64, 65, 130}) {
      ExpectFolded(std::string(before, ' ') + std::string(size, 'A') + "." + std::string(3, 'b'));
    }
  }
}

TEST(WordFolderTest, MixedTexts) {
  std::mt19937 random(1);
  static constexpr const char* kPieces[] = {"a",
                                            "Zebra",
                                            "9",
                                            " ",
                                            "  ",
                                            ".",
                                            "-",
                                            "\n",
                                            "\u00e9",
                                            "e\u0301",
                                            "\u0416\u0436",
                                            "\u4e2d\u6587",
                                            "\ud55c\uae00",
                                            "\u0e44\u0e17\u0e22",
                                            "\u2014",
                                            "\u2019",
                                            "\U0001f600",
                                            "\U00020000",
                                            "\xff",
                                            "\xe4\xb8",
                                            "internationalization",
                                            "\u0390",
                                            "\u1fed",
                                            "\u2260"};
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    const size_t pieces = random() % 200;
    // ASCII most of the time, so that blocks without anything else are there too.
    const bool is_mixed = random() % 2 == 0;
    for (size_t i = 0; i < pieces; ++i)
      text += kPieces[random() % (is_mixed || random() % 20 == 0 ? 24 : 8)];
    ASSERT_NO_FATAL_FAILURE(ExpectFolded(text));
  }
}

TEST(WordFolderTest, ManyWordsComeInParts) {
  std::string text;
  for (int i = 0; i < 30000; ++i)
    text += i % 7 == 0 ? "\u00c9cole " : "a" + std::to_string(i) + " ";
  ExpectFolded(text);
  ExpectFolded(std::string(100000, 'q'));
  ExpectFolded(std::string(100000, '.'));
  std::string ideographs;
  for (int i = 0; i < 5000; ++i) ideographs += "\u4e2d\u6587";
  ExpectFolded(ideographs);
}

TEST(WordFolderTest, AnyBytes) {
  std::mt19937 random(2);
  for (int round = 0; round < 3000; ++round) {
    std::string text(random() % 200, '\0');
    for (char& c : text) c = static_cast<char>(random());
    ASSERT_NO_FATAL_FAILURE(ExpectFolded(text));
  }
}

}  // namespace
}  // namespace owt::dedup
