#include "stages/filter/mask_phones.h"

#include <cstddef>
#include <utility>

// dolma's pattern, \s+\(?(\d{3})\)?[-\. ]*(\d{3})[-. ]?(\d{4}): no part of it can take what the
// next begins with, so that it is read from left to right.

namespace owt::filter {
namespace {

constexpr std::string_view kStandIn = " |||PHONE_NUMBER||| ";

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

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

}  // namespace

bool MaskPhones(std::string_view text, std::string* out, Changes* changes) {
  std::string made;
  size_t copied = 0;
  for (size_t i = 0; i < text.size();) {
    if (!IsWhite(text[i])) {
      ++i;
      continue;
    }
    const size_t white = i;
    while (i < text.size() && IsWhite(text[i])) ++i;
    const size_t end = NumberEnd(text, i);
    if (end == i) continue;
    changes->Note("phone_number", white);
    made.append(text, copied, white - copied);
    made += kStandIn;
    i = copied = end;
  }
  if (copied == 0) return false;
  made.append(text, copied);
  *out = std::move(made);
  return true;
}

}  // namespace owt::filter
