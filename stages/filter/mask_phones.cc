#include "stages/filter/mask_phones.h"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "stages/filter/ascii.h"
#include "stages/filter/byte_masks.h"

// dolma's pattern, \s+\(?(\d{3})\)?[-\. ]*(\d{3})[-. ]?(\d{4}): no part of it can take what the
// next begins with, so that it is read from left to right.

namespace owt::filter {
namespace {

constexpr std::string_view kStandIn = " |||PHONE_NUMBER||| ";

bool IsWhite(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

bool IsSeparator(char c) { return c == '-' || c == '.' || c == ' '; }

// Steps over `count` digits at text[*at]; false where there are fewer.
bool SkipDigits(std::string_view text, size_t count, size_t* at) {
  for (size_t k = 0; k < count; ++k, ++*at) {
    if (*at >= text.size() || !IsDigit(text[*at])) return false;
  }
  return true;
}

void SkipOne(std::string_view text, char c, size_t* at) { *at += text.substr(*at).starts_with(c); }

// Where the number that begins at text[at] ends, or `at`.
size_t NumberEnd(std::string_view text, size_t at) {
  size_t i = at;
  SkipOne(text, '(', &i);
  if (!SkipDigits(text, 3, &i)) return at;
  SkipOne(text, ')', &i);
  while (i < text.size() && IsSeparator(text[i])) ++i;
  if (!SkipDigits(text, 3, &i)) return at;
  if (i < text.size() && IsSeparator(text[i])) ++i;
  return SkipDigits(text, 4, &i) ? i : at;
}

// Where the number may begin whose first digit is text[digit], which another is not before: there,
// or at the bracket before it, behind white space. npos: nowhere.
size_t NumberBegin(std::string_view text, size_t digit) {
  const size_t begin = digit > 0 && text[digit - 1] == '(' ? digit - 1 : digit;
  return begin > 0 && IsWhite(text[begin - 1]) ? begin : std::string_view::npos;
}

// Calls on_run with the first of each run of digits.
template <class OnRun>
void ForEachDigitRun(std::string_view text, OnRun on_run) {
  uint64_t carried = 0;
  size_t i = 0;
  for (; i + ByteMasks::kBytes <= text.size(); i += ByteMasks::kBytes) {
    const uint64_t digits = MasksOf(text.data() + i).digits;
    for (uint64_t begins = digits & ~(digits << 1 | carried); begins != 0; begins &= begins - 1) {
      on_run(i + static_cast<unsigned>(std::countr_zero(begins)));
    }
    carried = digits >> 63;
  }
  for (; i < text.size(); ++i) {
    if (IsDigit(text[i]) && carried == 0) on_run(i);
    carried = IsDigit(text[i]) ? 1 : 0;
  }
}

}  // namespace

bool MaskPhones(std::string_view text, std::string* out, Changes* changes) {
  std::string made;
  size_t copied = 0;
  ForEachDigitRun(text, [&](size_t digit) {
    const size_t begin = NumberBegin(text, digit);
    if (begin == text.npos || begin < copied) return;
    const size_t end = NumberEnd(text, begin);
    if (end == begin) return;
    size_t white = begin;
    while (white > copied && IsWhite(text[white - 1])) --white;
    if (white == begin) return;  // the number before took it
    changes->Note("phone_number", white);
    made.append(text, copied, white - copied);
    made += kStandIn;
    copied = end;
  });
  if (copied == 0) return false;
  made.append(text, copied);
  *out = std::move(made);
  return true;
}

}  // namespace owt::filter
