#include "stages/dedup/text_sorter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "tests/support/scratch_folder.h"

namespace owt::dedup {
namespace {

std::vector<std::string> Sorted(TextSorter* sorter, const std::vector<std::string>& texts) {
  for (const std::string& text : texts) sorter->Add(text);
  sorter->Finish();
  std::vector<std::string> sorted;
  for (std::string_view text; sorter->Next(&text);) sorted.emplace_back(text);
  std::string_view text;
  EXPECT_FALSE(sorter->Next(&text));
  return sorted;
}

// The least memory holds about 9,000 texts, so that four and then more runs have to be merged.
TEST(TextSorterTest, SortsWhatFitsAndWhatDoesNot) {
  tests::ScratchFolder scratch;
  for (const size_t size : {0, 1, 2, 9000, 30000, 100000, 400000}) {
    std::mt19937_64 random(size);
    std::vector<std::string> texts;
    for (size_t i = 0; i < size; ++i) {
      std::string text(random() % 20, "ab\0\x7f\xff"[random() % 5]);
      text += std::to_string(random() % 5000);
      texts.push_back(std::move(text));
    }
    TextSorter sorter(scratch.File("."), 1);
    const std::vector<std::string> sorted = Sorted(&sorter, texts);
    std::sort(texts.begin(), texts.end());
    EXPECT_EQ(sorted, texts) << size;
  }
}

// Digits of eight bytes: texts that agree in many of them, end in them, or have zeros in them.
TEST(SortTextsTest, TextsThatBeginAlike) {
  for (const size_t size : {0, 1, 24, 25, 1000, 200000}) {
    std::mt19937_64 random(size);
    std::vector<std::string> texts;
    for (size_t i = 0; i < size; ++i) {
      std::string text(random() % 4 * 8, "a\0"[random() % 2]);
      if (random() % 2 == 0) text = "http://site" + std::to_string(random() % 3) + ".org/" + text;
      const size_t tail = random() % 12;
      for (size_t k = 0; k < tail; ++k) text += "ab\0\0\0\xff"[random() % 6];
      texts.push_back(std::move(text));
    }
    std::vector<CachedText> cached(texts.begin(), texts.end());
    SortTexts(cached);
    std::vector<std::string> sorted;
    for (const CachedText& text : cached) sorted.emplace_back(text.text());
    std::sort(texts.begin(), texts.end());
    EXPECT_EQ(sorted, texts) << size;
  }
}

TEST(TextSorterTest, TakesEmptyAndLongTexts) {
  tests::ScratchFolder scratch;
  std::mt19937_64 random(1);
  std::vector<std::string> texts(3);
  for (int i = 0; i < 200; ++i) {
    texts.emplace_back(TextSorter::kMaxTextBytes - random() % 2, static_cast<char>(random()));
    texts.emplace_back();
  }
  TextSorter sorter(scratch.File("."), 1);
  const std::vector<std::string> sorted = Sorted(&sorter, texts);
  std::sort(texts.begin(), texts.end());
  EXPECT_EQ(sorted, texts);
}

}  // namespace
}  // namespace owt::dedup
