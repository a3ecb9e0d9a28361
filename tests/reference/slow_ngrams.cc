#include "tests/reference/slow_ngrams.h"

#include <unicode/bytestream.h>
#include <unicode/casemap.h>

#include <algorithm>

#include "pipeline/utf8.h"
#include "stages/text/unicode_class.h"

namespace owt::tests {
namespace {

bool IsSlowWordChar(char32_t c) {
  if (c == '_') return true;
  const text::UnicodeClass kind = text::ClassOf(c);
  return kind == text::UnicodeClass::kLetter || kind == text::UnicodeClass::kNumber;
}

std::string LowerCaseOf(std::string_view text) {
  std::string lower;
  icu::StringByteSink<std::string> sink(&lower);
  UErrorCode status = U_ZERO_ERROR;
  icu::CaseMap::utf8ToLower("", 0, {text.data(), static_cast<int32_t>(text.size())}, sink, nullptr,
                            status);
  return lower;
}

std::string JoinWords(const std::vector<SlowWord>& words, size_t i, size_t n) {
  std::string key;
  for (size_t k = i; k < i + n; ++k) key += (k > i ? " " : "") + words[k].lower;
  return key;
}

}  // namespace

std::vector<SlowWord> SlowWords(std::string_view text, size_t from) {
  const std::string lower = LowerCaseOf(text.substr(from));
  std::vector<SlowWord> words;
  bool inside = false;
  size_t at = from;  // the character of the text that the one of `lower` comes from
  for (size_t i = 0; i < lower.size();) {
    const Utf8Char small = DecodeUtf8(lower, i);
    const Utf8Char original = DecodeUtf8(text, at);
    const bool is_word = IsSlowWordChar(small.code_point);
    if (is_word && !inside) words.push_back({"", at, at});
    inside = is_word;
    if (is_word) {
      words.back().lower += lower.substr(i, small.length);
      words.back().end = at + original.length;
    }
    i += small.length;
    // U+0130 becomes two characters, of which the second is U+0307.
    const bool has_dot = original.code_point == 0x130 && small.code_point == 'i';
    if (!has_dot) at += original.length;
  }
  return words;
}

void SlowNgrams::AddText(std::string_view text) {
  const std::vector<SlowWord> words = SlowWords(text);
  if (words.size() < least_) return;
  const size_t n = std::min(most_, words.size());
  for (size_t i = 0; i + n <= words.size(); ++i) keys_.insert(JoinWords(words, i, n));
}

std::optional<SlowMatch> SlowNgrams::At(const std::vector<SlowWord>& words, size_t i,
                                        size_t n) const {
  const std::string key = JoinWords(words, i, n);
  if (!keys_.contains(key)) return std::nullopt;
  return SlowMatch{key, words[i].begin, words[i + n - 1].end};
}

std::optional<SlowMatch> SlowNgrams::LongestAt(const std::vector<SlowWord>& words, size_t i) const {
  for (size_t n = std::min(most_, words.size() - i); n >= least_; --n) {
    if (auto match = At(words, i, n)) return match;
  }
  return std::nullopt;
}

std::vector<SlowMatch> SlowNgrams::All(std::string_view text) const {
  const std::vector<SlowWord> words = SlowWords(text);
  std::vector<SlowMatch> matches;
  for (size_t i = 0; i < words.size(); ++i) {
    if (auto match = LongestAt(words, i)) matches.push_back(*match);
  }
  return matches;
}

std::vector<std::string> SlowNgrams::Greedily(std::string_view text) const {
  const std::vector<SlowWord> words = SlowWords(text);
  std::vector<std::string> keys;
  for (size_t i = 0; i < words.size();) {
    const auto match = LongestAt(words, i);
    if (match) keys.push_back(match->key);
    i += match ? static_cast<size_t>(std::count(match->key.begin(), match->key.end(), ' ')) + 1 : 1;
  }
  return keys;
}

std::optional<SlowMatch> SlowNgrams::First(std::string_view text, size_t from) const {
  const std::vector<SlowWord> words = SlowWords(text, from);
  for (size_t i = 0; i + most_ <= words.size(); ++i) {
    if (auto match = At(words, i, most_)) return match;
    for (size_t n = least_; n < most_; ++n) {
      if (auto match = At(words, i, n)) return match;
    }
  }
  if (words.size() <= most_) return std::nullopt;
  for (size_t n = least_; n < most_; ++n) {
    for (size_t i = words.size() - most_; i + n <= words.size(); ++i) {
      if (auto match = At(words, i, n)) return match;
    }
  }
  return std::nullopt;
}

}  // namespace owt::tests
