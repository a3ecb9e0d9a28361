#include "stages/dedup/shingles.h"

#include <unicode/uchar.h>
#include <unicode/unorm2.h>

#include <algorithm>
#include <array>
#include <charconv>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "pipeline/error.h"
#include "stages/text/utf8.h"

// One pass normalizes into a buffer and hashes each word as it ends. A word shingle is then the
// XXH3 of its words' hashes, which lie side by side: no text is joined or copied. ASCII, nearly all
// of most texts, takes one table look-up per byte; the rest goes through ICU.

namespace owt::dedup {

namespace {

// Lower case of ASCII letters, digits as they are, 0 for what separates.
constexpr std::array<char, 128> kAsciiWord = [] {
  std::array<char, 128> table{};
  for (char c = '0'; c <= '9'; ++c) table[static_cast<size_t>(c)] = c;
  for (char c = 'a'; c <= 'z'; ++c) {
    table[static_cast<size_t>(c)] = c;
    table[static_cast<size_t>(c - 'a' + 'A')] = c;
  }
  return table;
}();

bool IsWrittenWithoutSpaces(char32_t c) {
  struct Range {
    char32_t first, last;
  };

  static constexpr Range kRanges[] = {
      {0x0E00, 0x0EFF},    // Thai, Lao
      {0x1000, 0x109F},    // Myanmar
      {0x1780, 0x17FF},    // Khmer
      {0x2E80, 0x2FDF},    // radicals
      {0x3005, 0x3007},    // iteration mark, closing mark, zero
      {0x3040, 0x30FF},    // Hiragana, Katakana
      {0x31F0, 0x31FF},    // Katakana extensions
      {0x3400, 0x4DBF},    // Han
      {0x4E00, 0x9FFF},    // Han
      {0xF900, 0xFAFF},    // Han, compatibility
      {0x20000, 0x3FFFF},  // Han, further planes
  };
  for (const Range& range : kRanges) {
    if (c >= range.first && c <= range.last) return true;
  }
  return false;
}

const UNormalizer2* Nfd() {
  UErrorCode status = U_ZERO_ERROR;
  const UNormalizer2* nfd = unorm2_getNFDInstance(&status);
  if (U_FAILURE(status)) {
    throw Error(ErrorKind::kExternal, std::string("ICU has no NFD data: ") + u_errorName(status));
  }
  return nfd;
}

}  // namespace

ShingleRule ParseShingleRule(std::string_view text) {
  ShingleRule rule;
  const size_t colon = text.find(':');
  const std::string_view unit = text.substr(0, colon);
  const std::string_view number =
      colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1);
  const auto [end, error] =
      std::from_chars(number.data(), number.data() + number.size(), rule.size);
  const bool is_number = error == std::errc{} && end == number.data() + number.size();
  if ((unit != "word" && unit != "char") || !is_number || rule.size < 1 || rule.size > 64) {
    throw Error(ErrorKind::kUsage, "--shingle takes word:N or char:N with N from 1 to 64, not '" +
                                       std::string(text) + "'");
  }
  rule.unit = unit == "word" ? ShingleRule::Unit::kWord : ShingleRule::Unit::kChar;
  return rule;
}

void Shingler::EndWord() {
  if (normalized_.size() == word_start_) return;
  word_hashes_.push_back(
      XXH3_64bits(normalized_.data() + word_start_, normalized_.size() - word_start_));
  normalized_.push_back(' ');
  word_start_ = normalized_.size();
}

void Shingler::AddFolded(char32_t code_point) {
  const auto c = static_cast<UChar32>(code_point);
  const uint32_t mask = U_GET_GC_MASK(c);
  if ((mask & U_GC_MN_MASK) != 0) return;
  if ((mask & (U_GC_L_MASK | U_GC_N_MASK | U_GC_MC_MASK)) == 0) return EndWord();
  const bool is_alone = IsWrittenWithoutSpaces(code_point);
  if (is_alone) EndWord();
  text::AppendUtf8(static_cast<char32_t>(u_foldCase(c, U_FOLD_CASE_DEFAULT)), &normalized_);
  if (is_alone) EndWord();
}

void Shingler::AddCodePoint(char32_t code_point) {
  static const UNormalizer2* const nfd = Nfd();
  std::array<UChar, 32> parts;
  UErrorCode status = U_ZERO_ERROR;
  const int32_t length = unorm2_getDecomposition(nfd, static_cast<UChar32>(code_point),
                                                 parts.data(), parts.size(), &status);
  if (length < 0 || U_FAILURE(status)) return AddFolded(code_point);
  for (int32_t i = 0; i < length;) {
    UChar32 part;
    U16_NEXT(parts.data(), i, length, part);
    AddFolded(static_cast<char32_t>(part));
  }
}

std::string_view Shingler::Normalize(std::string_view text) {
  normalized_.clear();
  word_hashes_.clear();
  word_start_ = 0;
  for (size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x80) {
      const char c = kAsciiWord[byte];
      if (c != 0) {
        normalized_.push_back(c);
      } else {
        EndWord();
      }
      ++i;
      continue;
    }
    const text::Utf8Char c = text::DecodeUtf8(text, i);
    i += c.length;
    if (c.valid) {
      AddCodePoint(c.code_point);
    } else {
      EndWord();
    }
  }
  EndWord();
  if (!normalized_.empty()) normalized_.pop_back();  // the space behind the last word
  return normalized_;
}

void Shingler::ShingleWords() {
  const size_t size = std::min(static_cast<size_t>(rule_.size), word_hashes_.size());
  for (size_t i = 0; i + size <= word_hashes_.size(); ++i) {
    shingles_.push_back(XXH3_64bits(&word_hashes_[i], size * sizeof(uint64_t)));
  }
}

void Shingler::ShingleChars() {
  char_starts_.clear();
  for (size_t i = 0; i < normalized_.size(); ++i) {
    const bool is_start = (static_cast<unsigned char>(normalized_[i]) & 0xC0) != 0x80;
    if (is_start) char_starts_.push_back(static_cast<uint32_t>(i));
  }
  const size_t count = char_starts_.size();
  char_starts_.push_back(static_cast<uint32_t>(normalized_.size()));
  const size_t size = std::min(static_cast<size_t>(rule_.size), count);
  for (size_t i = 0; i + size <= count; ++i) {
    const uint32_t start = char_starts_[i];
    shingles_.push_back(XXH3_64bits(normalized_.data() + start, char_starts_[i + size] - start));
  }
}

const std::vector<uint64_t>& Shingler::Make(std::string_view text) {
  Normalize(text);
  shingles_.clear();
  if (normalized_.empty()) return shingles_;
  if (rule_.unit == ShingleRule::Unit::kWord) {
    ShingleWords();
  } else {
    ShingleChars();
  }
  return shingles_;
}

}  // namespace owt::dedup
