#include "stages/decontaminate/lower_case.h"

#include <unicode/uchar.h>

#include <array>
#include <cstdint>

#include "pipeline/utf8.h"

namespace owt::decontaminate {
namespace {

constexpr char32_t kCapitalSigma = 0x3A3, kSigma = 0x3C3, kFinalSigma = 0x3C2;
constexpr char32_t kFirstWithoutCase = 0x20000;  // ideographs, tags, private use
constexpr unsigned kPageBits = 8;

// Whether any character of a page of 256 has a small form: most scripts have none.
using CasePages = std::array<bool, (kFirstWithoutCase >> kPageBits)>;

CasePages FindCasePages() {
  CasePages pages{};
  for (char32_t c = 0; c < kFirstWithoutCase; ++c) {
    pages[c >> kPageBits] |= u_tolower(static_cast<UChar32>(c)) != static_cast<UChar32>(c);
  }
  return pages;
}

bool Is(char32_t c, UProperty property) {
  return u_hasBinaryProperty(static_cast<UChar32>(c), property) != 0;
}

// Start of the character that ends at `end`.
size_t CharBefore(std::string_view text, size_t end) {
  --end;
  while ((static_cast<uint8_t>(text[end]) & 0xC0) == 0x80) --end;
  return end;
}

bool CasedBefore(std::string_view text, size_t from, size_t at) {
  while (at > from) {
    at = CharBefore(text, at);
    const char32_t c = DecodeUtf8(text, at).code_point;
    if (!Is(c, UCHAR_CASE_IGNORABLE)) return Is(c, UCHAR_CASED);
  }
  return false;
}

bool CasedBehind(std::string_view text, size_t at) {
  while (at < text.size()) {
    const Utf8Char c = DecodeUtf8(text, at);
    if (!Is(c.code_point, UCHAR_CASE_IGNORABLE)) return Is(c.code_point, UCHAR_CASED);
    at += c.length;
  }
  return false;
}

}  // namespace

char32_t LowerOf(char32_t code_point) {
  static const CasePages pages = FindCasePages();
  if (code_point >= kFirstWithoutCase || !pages[code_point >> kPageBits]) return code_point;
  return static_cast<char32_t>(u_tolower(static_cast<UChar32>(code_point)));
}

char32_t LowerSigma(std::string_view text, size_t from, size_t at) {
  constexpr size_t kBytes = 2;
  return CasedBefore(text, from, at) && !CasedBehind(text, at + kBytes) ? kFinalSigma : kSigma;
}

void AppendLowerWord(std::string_view text, size_t from, size_t begin, size_t end,
                     std::string* out) {
  for (size_t i = begin; i < end;) {
    const auto byte = static_cast<uint8_t>(text[i]);
    if (byte < 0x80) {
      *out += byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte | 0x20) : static_cast<char>(byte);
      ++i;
      continue;
    }
    const Utf8Char c = DecodeUtf8(text, i);
    AppendUtf8(c.code_point == kCapitalSigma ? LowerSigma(text, from, i) : LowerOf(c.code_point),
               out);
    i += c.length;
  }
}

}  // namespace owt::decontaminate
