#include "stages/decontaminate/ngram_search.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "tests/reference/slow_ngrams.h"

namespace owt::decontaminate {
namespace {

using tests::SlowMatch;
using tests::SlowNgrams;

SlowMatch NamedMatch(const NgramKeys& keys, const Match& match) {
  return {std::string(keys.TextOf(match.key)), match.begin, match.end};
}

void ExpectSlowMatches(const NgramKeys& keys, const SlowNgrams& slow, NgramSearch* search,
                       std::string_view text) {
  std::vector<Match> matches;
  search->FindAll(text, &matches);
  std::vector<SlowMatch> named;
  for (const Match& match : matches) named.push_back(NamedMatch(keys, match));
  EXPECT_EQ(named, slow.All(text)) << text;
  std::vector<uint32_t> found;
  search->FindGreedily(text, &found);
  std::vector<std::string> names;
  for (const uint32_t key : found) names.emplace_back(keys.TextOf(key));
  EXPECT_EQ(names, slow.Greedily(text)) << text;
  for (const size_t from : {size_t{0}, text.find(' '), text.size() / 2}) {
    if (from >= text.size() || (static_cast<uint8_t>(text[from]) & 0xC0) == 0x80) continue;
    const std::optional<Match> first = search->FindFirst(text, from);
    const std::optional<SlowMatch> expected = slow.First(text, from);
    ASSERT_EQ(first.has_value(), expected.has_value()) << text;
    if (!first) continue;
    EXPECT_EQ(NamedMatch(keys, *first), *expected) << text;
  }
}

std::string RandomText(std::mt19937* random, size_t num_words) {
  // Few words, so that n-grams come again by chance.
  static const std::vector<std::string> kWords = {"a", "B", "the", "\u0130x", "\u00E9", "\u4E2D"};
  static const std::vector<std::string> kBetween = {" ", " ", ", ", "\n", ". ", "\u3000"};
  std::string text;
  for (size_t i = 0; i < num_words; ++i) {
    text += kWords[(*random)() % kWords.size()] + kBetween[(*random)() % kBetween.size()];
  }
  return text;
}

TEST(NgramSearchTest, FindsWhatASetOfStringsFinds) {
  std::mt19937 random(1);
  for (int round = 0; round < 300; ++round) {
    const size_t least = 2 + random() % 3;
    const size_t most = least + random() % 6;
    NgramKeys keys({least, most});
    SlowNgrams slow(least, most);
    for (size_t i = 1 + random() % 20; i > 0; --i) {
      const std::string text = RandomText(&random, random() % (2 * most));
      keys.AddText(text, 0);
      slow.AddText(text);
    }
    keys.Index();
    ASSERT_EQ(keys.size(), slow.size());
    NgramSearch search(keys);
    for (int i = 0; i < 20; ++i) {
      ExpectSlowMatches(keys, slow, &search, RandomText(&random, random() % 60));
    }
  }
}

TEST(NgramSearchTest, TextsLongerThanWhatIsHeldAreFoundIn) {
  std::mt19937 random(2);
  NgramKeys keys({8, 13});
  SlowNgrams slow(8, 13);
  const std::string texts[] = {"one two three four five six seven eight nine ten eleven",
                               "a the a the a the a the a the a the a the b"};
  for (const std::string& text : texts) {
    keys.AddText(text, 0);
    slow.AddText(text);
  }
  keys.Index();
  NgramSearch search(keys);
  for (size_t before = 60; before < 4500; before += random() % 300) {
    std::string text;
    for (size_t i = 0; i < before; ++i) text += "x ";
    text += texts[before % 2] + " y " + texts[1];
    for (size_t i = random() % 200; i > 0; --i) text += " z";
    ExpectSlowMatches(keys, slow, &search, text);
  }
}

TEST(NgramSearchTest, KeysThatAreLeftOutAreNotFound) {
  NgramKeys keys({2, 3});
  keys.AddText("a b", 4);
  keys.AddText("a b c", 5);
  keys.AddText("A, B, C", 6);  // the same
  keys.Index();
  ASSERT_EQ(keys.size(), 2u);
  EXPECT_EQ(keys.TextOf(1), "a b c");
  EXPECT_EQ(keys.TaskOf(1), 5);
  NgramSearch search(keys);
  std::vector<Match> matches;
  search.FindAll("x a b c", &matches);
  ASSERT_EQ(matches.size(), 1u);
  EXPECT_EQ(matches[0].key, 1u);
  EXPECT_EQ(keys.LeaveOut(std::vector<uint64_t>{3, 9}, 9), 1u);
  search.FindAll("x a b c", &matches);
  ASSERT_EQ(matches.size(), 1u);
  EXPECT_EQ(matches[0].key, 0u);
  EXPECT_EQ(keys.LeaveOut(std::vector<uint64_t>{3, 9}, 3), 2u);
  search.FindAll("x a b c", &matches);
  EXPECT_TRUE(matches.empty());
  EXPECT_FALSE(search.FindFirst("x a b c", 0).has_value());
}

TEST(NgramSearchTest, KeysTakeNoMoreThanIsSaid) {
  std::mt19937 random(3);
  NgramKeys keys({8, 13});
  for (int text = 0; text < 2000; ++text) {
    std::string words;
    for (int i = 0; i < 75; ++i) words += "w" + std::to_string(random() % 10000) + " ";
    keys.AddText(words, 0);
  }
  keys.Index();
  ASSERT_EQ(keys.size(), 2000u * 63);
  EXPECT_LT(keys.bytes(), 60 * keys.size());
  // The filter lets through few of what does not begin a key.
  size_t num_passed = 0;
  for (int i = 0; i < 100000; ++i) {
    num_passed += keys.MayBegin(uint64_t{random()} << 32 | random());
  }
  EXPECT_LT(num_passed, 1000u);
}

}  // namespace
}  // namespace owt::decontaminate
