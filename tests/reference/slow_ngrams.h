#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace owt::tests {

// Words, keys and matches of owt decontaminate, by the letter: every n-gram as a string in a set.

// A word in lower case, and its bytes in the text.
struct SlowWord {
  std::string lower;
  size_t begin, end;
};

// From byte `from` on, as if nothing were before. Lower case is ICU's of the whole text.
std::vector<SlowWord> SlowWords(std::string_view text, size_t from = 0);

struct SlowMatch {
  std::string key;
  size_t begin, end;

  bool operator==(const SlowMatch&) const = default;
};

class SlowNgrams {
 public:
  SlowNgrams(size_t least, size_t most) : least_(least), most_(most) {}

  void AddText(std::string_view text);

  size_t size() const { return keys_.size(); }

  // NgramSearch::FindAll, FindGreedily and FindFirst.
  std::vector<SlowMatch> All(std::string_view text) const;
  std::vector<std::string> Greedily(std::string_view text) const;
  std::optional<SlowMatch> First(std::string_view text, size_t from) const;

 private:
  // The key of n words from word i on, or nothing.
  std::optional<SlowMatch> At(const std::vector<SlowWord>& words, size_t i, size_t n) const;
  std::optional<SlowMatch> LongestAt(const std::vector<SlowWord>& words, size_t i) const;

  size_t least_, most_;
  std::set<std::string> keys_;
};

}  // namespace owt::tests
