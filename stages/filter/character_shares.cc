#include "stages/filter/character_shares.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace owt::filter {
namespace {

struct Counts {
  uint64_t alnum = 0;  // and "\n" . , ? !
  uint64_t digits = 0;
  uint64_t white = 0;
  uint64_t brackets = 0;
};

bool IsAlnumByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// How often each byte is there. Four tables, so that equal bytes do not wait for each other.
std::array<uint64_t, 256> CountBytes(std::string_view text) {
  std::array<std::array<uint32_t, 256>, 4> tables{};
  size_t i = 0;
  for (; i + 4 <= text.size(); i += 4) {
    for (size_t k = 0; k < 4; ++k) ++tables[k][static_cast<uint8_t>(text[i + k])];
  }
  for (; i < text.size(); ++i) ++tables[0][static_cast<uint8_t>(text[i])];
  std::array<uint64_t, 256> counts{};
  for (const auto& table : tables) {
    for (size_t b = 0; b < counts.size(); ++b) counts[b] += table[b];
  }
  return counts;
}

Counts CountCharacters(const TextParts& parts) {
  const std::array<uint64_t, 256> bytes = CountBytes(parts.text());
  const auto sum = [&bytes](std::string_view characters) {
    uint64_t count = 0;
    for (const char c : characters) count += bytes[static_cast<uint8_t>(c)];
    return count;
  };
  Counts counts;
  counts.digits = sum("0123456789");
  counts.alnum = counts.digits + sum("\n?!,.") + sum("abcdefghijklmnopqrstuvwxyz") +
                 sum("ABCDEFGHIJKLMNOPQRSTUVWXYZ");
  counts.white = sum("\t\n\r\b ");
  counts.brackets = sum("{}[]()");
  if (parts.is_ascii()) return counts;
  for (const std::string_view bracket : {"\u27E8", "\u27E9"}) {
    const std::string_view text = parts.text();
    for (size_t i = text.find(bracket); i != text.npos; i = text.find(bracket, i + 1)) {
      ++counts.brackets;
    }
  }
  return counts;
}

// Where the part of a URL that counts ends that begins at text[at], or `at`.
size_t HostEnd(std::string_view text, size_t at) {
  const auto is_hex = [&text](size_t i) {
    return i < text.size() &&
           std::string_view("0123456789abcdefABCDEF").find(text[i]) != std::string_view::npos;
  };
  size_t i = at;
  while (i < text.size()) {
    const bool plain = IsAlnumByte(text[i]) ||
                       std::string_view("$-_@.&+!*(),").find(text[i]) != std::string_view::npos;
    const bool escape = text[i] == '%' && is_hex(i + 1) && is_hex(i + 2);
    if (!plain && !escape) break;
    i += escape ? 3 : 1;
  }
  return i;
}

uint64_t CountUrlChars(std::string_view text) {
  constexpr std::string_view kSlashes = "://";
  uint64_t chars = 0;
  size_t first = 0;  // a URL begins here or later
  for (size_t at = text.find(kSlashes); at != text.npos; at = text.find(kSlashes, at + 1)) {
    const std::string_view before = text.substr(first, std::max(at, first) - first);
    const size_t scheme = before.ends_with("https") ? 5 : before.ends_with("http") ? 4 : 0;
    const size_t begin = at + kSlashes.size();
    const size_t end = scheme == 0 ? begin : HostEnd(text, begin);
    if (end == begin) continue;
    chars += scheme + (end - at);
    first = end;
  }
  return chars;
}

}  // namespace

bool JudgeCharacters(const TextParts& parts, const CharacterRules& rules, Findings* findings) {
  const uint64_t chars = parts.num_chars();
  const auto share = [chars](uint64_t count) { return chars == 0 ? 1 : Ratio(count, chars); };
  const Counts counts = CountCharacters(parts);
  uint64_t longest = 0;
  for (const Word& word : parts.words()) longest = std::max<uint64_t>(longest, word.chars);
  return findings->AtMost("alpha_numeric", share(chars - counts.alnum), rules.max_non_alnum) ||
         findings->AtMost("numbers_ratio", share(counts.digits), rules.max_digits) ||
         findings->AtMost("urls_ratio", share(CountUrlChars(parts.text())), rules.max_urls) ||
         findings->AtMost("white_space", share(counts.white), rules.max_white_space) ||
         findings->AtMost("parentheses_ratio", share(counts.brackets), rules.max_brackets) ||
         findings->AtMost("max_word_length", static_cast<double>(longest),
                          static_cast<double>(rules.max_word_length));
}

}  // namespace owt::filter
