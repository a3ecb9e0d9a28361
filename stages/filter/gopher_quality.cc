#include "stages/filter/gopher_quality.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "stages/filter/bad_words.h"
#include "stages/filter/pair_search.h"

namespace owt::filter {
namespace {

constexpr std::string_view kDots = "...";
constexpr std::string_view kEllipsis = "\xE2\x80\xA6";
constexpr std::string_view kBullet = "\xE2\x80\xA2";

// The first 8 of the `size` bytes from text[begin] on, with zeros for those that are not there.
uint64_t FirstBytes(std::string_view text, size_t begin, size_t size) {
  uint64_t bytes = 0;
  if (begin + sizeof(bytes) > text.size()) {
    std::memcpy(&bytes, text.data() + begin, std::min(size, sizeof(bytes)));
    return bytes;
  }
  std::memcpy(&bytes, text.data() + begin, sizeof(bytes));
  // The bytes that stand first are the low ones.
  static_assert(std::endian::native == std::endian::little);
  return size >= sizeof(bytes) ? bytes : bytes & ((uint64_t{1} << 8 * size) - 1);
}

// A bit for words of so many bytes; the last one for all longer ones.
uint32_t LengthBit(size_t bytes) { return 1U << std::min<size_t>(bytes, 31); }

struct LineCounts {
  uint64_t bullets = 0;
  uint64_t ellipses = 0;
};

// Of lines without the white space round them.
LineCounts CountLines(const TextParts& parts) {
  LineCounts counts;
  for (const Line& line : parts.split_lines()) {
    if (line.blank()) continue;
    const std::string_view content = parts.StrippedOf(line);
    counts.bullets += content.front() == '-' || content.starts_with(kBullet);
    counts.ellipses += content.ends_with(kDots) || content.ends_with(kEllipsis);
  }
  return counts;
}

// They are rare and stand beside each other.
uint64_t CountHashes(std::string_view text) {
  uint64_t count = 0;
  for (size_t i = text.find('#'); i != text.npos; i = text.find('#', i)) {
    for (; i < text.size() && text[i] == '#'; ++i) ++count;
  }
  return count;
}

// Rules about symbols and lines.
bool JudgeSymbols(const TextParts& parts, const GopherQualityRules& rules, Findings* findings) {
  const std::string_view text = parts.text();
  const uint64_t num_words = parts.words().size();
  if (rules.max_symbols > 0) {
    const uint64_t hashes = CountHashes(text);
    const uint64_t ellipses = CountDots(text) + parts.num_ellipses();
    if (findings->AtMost("gopher_too_many_hashes", Ratio(hashes, num_words), rules.max_symbols) ||
        findings->AtMost("gopher_too_many_ellipsis", Ratio(ellipses, num_words),
                         rules.max_symbols)) {
      return true;
    }
  }
  const LineCounts counts = CountLines(parts);
  const uint64_t num_lines = parts.split_lines().size();
  if (rules.max_bullet_lines > 0 &&
      findings->AtMost("gopher_too_many_bullets", Ratio(counts.bullets, num_lines),
                       rules.max_bullet_lines)) {
    return true;
  }
  return rules.max_ellipsis_lines > 0 &&
         findings->AtMost("gopher_too_many_end_ellipsis", Ratio(counts.ellipses, num_lines),
                          rules.max_ellipsis_lines);
}

}  // namespace

uint64_t CountDots(std::string_view text) {
  uint64_t count = 0;
  for (size_t i = FindPair<'.', '.'>(text, 0); i != text.npos; i = FindPair<'.', '.'>(text, i)) {
    const size_t end = std::min(text.find_first_not_of('.', i), text.size());
    count += (end - i) / kDots.size();
    i = end;
  }
  return count;
}

StopWords::StopWords(std::vector<std::string> words) {
  std::sort(words.begin(), words.end());
  words.erase(std::unique(words.begin(), words.end()), words.end());
  for (std::string& word : words) {
    if (word.empty()) continue;
    longest_ = std::max(longest_, word.size());
    ++first_[static_cast<uint8_t>(word[0]) + size_t{1}];
    lengths_[static_cast<uint8_t>(word[0])] |= LengthBit(word.size());
    words_.push_back({FirstBytes(word, 0, word.size()), std::move(word)});
  }
  for (size_t b = 1; b < first_.size(); ++b) first_[b] += first_[b - 1];
}

uint64_t StopWords::CountIn(const TextParts& parts, uint64_t enough) const {
  std::vector<bool> found(words_.size());
  const uint64_t most = std::min<uint64_t>(enough, words_.size());
  std::array<uint32_t, 256> wanted = lengths_;  // of those that are not found
  uint64_t count = 0;
  for (const Word& word : parts.words()) {
    const auto b = static_cast<uint8_t>(parts.text()[word.begin]);
    if ((wanted[b] & LengthBit(word.bytes())) == 0) continue;
    const uint64_t begin = FirstBytes(parts.text(), word.begin, word.bytes());
    uint32_t still_wanted = 0;
    for (uint32_t i = first_[b]; i < first_[b + size_t{1}]; ++i) {
      const Entry& entry = words_[i];
      if (!found[i] && entry.begin == begin && entry.word == parts.Of(word)) {
        found[i] = true;
        ++count;
      }
      if (!found[i]) still_wanted |= LengthBit(entry.word.size());
    }
    wanted[b] = still_wanted;
    if (count >= most) break;
  }
  return count;
}

bool StopWords::Has(std::string_view word) const {
  if (word.empty() || word.size() > longest_) return false;
  const auto b = static_cast<uint8_t>(word[0]);
  return std::any_of(words_.begin() + first_[b], words_.begin() + first_[b + size_t{1}],
                     [word](const Entry& entry) { return entry.word == word; });
}

uint64_t StopWords::CountAllIn(const TextParts& parts, bool any_case) const {
  constexpr size_t kMostShorter = 3;  // times that a character in lower case may be shorter
  uint64_t count = 0;
  std::string lower;
  for (const Word& word : parts.words()) {
    if (word.bytes() > (any_case ? kMostShorter : 1) * longest_) continue;
    const std::string_view letters = parts.Of(word);
    const auto b = static_cast<uint8_t>(letters[0]);
    const auto low = static_cast<size_t>(any_case && b >= 'A' && b <= 'Z' ? b - 'A' + 'a' : b);
    if (b < 0x80 && first_[low] == first_[low + 1]) continue;
    if (any_case) LowerText(letters, &lower);
    count += Has(any_case ? std::string_view(lower) : letters);
  }
  return count;
}

bool JudgeGopherQuality(const TextParts& parts, const GopherQualityRules& rules,
                        Findings* findings) {
  const uint64_t num_words = parts.num_non_symbol_words();
  const auto words = static_cast<double>(num_words);
  if (rules.min_words > 0 &&
      findings->AtLeast("gopher_short_doc", words, static_cast<double>(rules.min_words))) {
    return true;
  }
  if (rules.max_words > 0 &&
      findings->AtMost("gopher_long_doc", words, static_cast<double>(rules.max_words))) {
    return true;
  }
  const double length = Ratio(parts.num_non_symbol_chars(), num_words);
  if (rules.min_word_length > 0 &&
      findings->AtLeast("gopher_below_avg_threshold", length, rules.min_word_length)) {
    return true;
  }
  if (rules.max_word_length > 0 &&
      findings->AtMost("gopher_above_avg_threshold", length, rules.max_word_length)) {
    return true;
  }
  if (JudgeSymbols(parts, rules, findings)) return true;
  const double letter_words = Ratio(parts.num_letter_words(), parts.words().size());
  if (rules.min_letter_words > 0 &&
      findings->AtLeast("gopher_below_alpha_threshold", letter_words, rules.min_letter_words)) {
    return true;
  }
  // Where nothing but the decision counts, enough are enough.
  const uint64_t enough = findings->all() ? UINT64_MAX : rules.min_stop_words;
  return rules.min_stop_words > 0 &&
         findings->AtLeast("gopher_enough_stop_words",
                           static_cast<double>(rules.stop_words.CountIn(parts, enough)),
                           static_cast<double>(rules.min_stop_words));
}

}  // namespace owt::filter
