#include "stages/filter/ngrams.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace owt::filter {
namespace {

// The definition, as datatrove writes it, on words of ASCII.
uint64_t SlowTop(const std::vector<std::string>& words, size_t n) {
  std::map<std::string, uint64_t> counts;
  std::vector<std::string> in_order;
  for (size_t i = 0; i + n <= words.size(); ++i) {
    std::string joined = words[i];
    for (size_t k = 1; k < n; ++k) joined += ' ' + words[i + k];
    if (counts[joined]++ == 0) in_order.push_back(joined);
  }
  uint64_t most = 0;
  uint64_t chars = 0;
  for (const std::string& joined : in_order) {
    if (counts[joined] <= most) continue;
    most = counts[joined];
    chars = most * joined.size();
  }
  return chars;
}

uint64_t SlowRepeated(const std::vector<std::string>& words, size_t n) {
  std::set<std::string> seen;
  uint64_t chars = 0;
  for (size_t i = 0; i + n <= words.size();) {
    std::string joined;
    for (size_t k = 0; k < n; ++k) joined += words[i + k];
    const bool is_new = seen.insert(joined).second;
    if (!is_new) chars += joined.size();
    i += is_new ? 1 : n;
  }
  return chars;
}

void ExpectEqualsDefinition(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += word + "  ";
  TextParts parts;
  parts.Cut(text);
  Ngrams ngrams;
  ngrams.Load(parts);
  const auto top = ngrams.TopChars();
  const auto repeated = ngrams.RepeatedChars();
  for (size_t n = 2; n <= 4; ++n) {
    EXPECT_EQ(top[n - 2], SlowTop(words, n)) << n << ": " << text;
    EXPECT_LE(top[n - 2], ngrams.MostTopChars()) << n << ": " << text;
  }
  Ngrams::RepeatedCounts limits;
  for (size_t n = 5; n <= 10; ++n) {
    EXPECT_EQ(repeated[n - 5], SlowRepeated(words, n)) << n << ": " << text;
    limits[n - 5] = text.size() / n;
  }
  const auto roughly = ngrams.RepeatedChars(&limits);
  bool is_behind = false;
  for (size_t i = 0; i < limits.size(); ++i) {
    if (is_behind) {
      EXPECT_EQ(roughly[i], 0u);
    } else if (repeated[i] > limits[i]) {
      EXPECT_EQ(roughly[i], repeated[i]) << i << ": " << text;
      is_behind = true;
    } else {
      EXPECT_LE(roughly[i], limits[i]) << i << ": " << text;
    }
  }
}

TEST(Ngrams, FewWords) {
  std::vector<std::string> words;
  for (int i = 0; i < 12; ++i) {
    ExpectEqualsDefinition(words);
    words.push_back(i % 2 == 0 ? "a" : "bc");
  }
}

TEST(Ngrams, JoinedWordsHaveNoBorders) {
  ExpectEqualsDefinition({"a", "bc", "d", "e", "f", "ab", "c", "d", "e", "f"});
  ExpectEqualsDefinition({"-", "--", "-", "--", "-", "--", "-", "-", "--", "--", "-", "-", "--"});
}

TEST(Ngrams, EqualTheDefinitionOnRandomWords) {
  std::mt19937 random(1);
  const auto below = [&](size_t n) { return random() % n; };
  for (int round = 0; round < 400; ++round) {
    const size_t num_letters = 1 + below(5);
    const size_t longest = 1 + below(round % 7 == 0 ? 40 : 6);
    std::vector<std::string> words;
    const size_t num_words = below(120);
    while (words.size() < num_words) {
      if (below(8) == 0 && words.size() > 5) {  // a run of them again
        const size_t begin = below(words.size());
        const size_t end = std::min(words.size(), begin + 1 + below(14));
        const std::vector<std::string> run(words.begin() + begin, words.begin() + end);
        words.insert(words.end(), run.begin(), run.end());
        continue;
      }
      std::string word;
      for (size_t k = 1 + below(longest); k > 0; --k) {
        word += static_cast<char>('a' + below(num_letters));
      }
      words.push_back(word);
    }
    ExpectEqualsDefinition(words);
  }
}

TEST(Ngrams, CountCodePoints) {
  TextParts parts;
  parts.Cut("\u00E9 \u20AC \u00E9 \u20AC");
  Ngrams ngrams;
  ngrams.Load(parts);
  EXPECT_EQ(ngrams.TopChars()[0], 6u);  // twice three
}

}  // namespace
}  // namespace owt::filter
