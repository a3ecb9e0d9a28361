#include "stages/text/unicode_class.h"

// Two bits a code point, filled at compile time from the ranges of the Unicode 16.0 database.

namespace owt::text {
namespace {

struct CodePointRange {
  char32_t first, last;
};

#include "stages/text/unicode_class_ranges.inc"

// Whole bytes inside the range at once: compilers limit the steps of a constant expression.
constexpr void Fill(UnicodeClassTable& table, const CodePointRange& range, UnicodeClass value) {
  const unsigned bits = static_cast<unsigned>(value);
  const char32_t end = range.last + 1;
  for (char32_t c = range.first; c < end;) {
    const bool whole = c % 4 == 0 && c + 4 <= end;
    const unsigned mask = whole ? bits * 0x55 : bits << (c % 4 * 2);
    table[c / 4] = static_cast<uint8_t>(table[c / 4] | mask);
    c += whole ? 4 : 1;
  }
}

constexpr UnicodeClassTable MakeTable() {
  UnicodeClassTable table{};
  for (const CodePointRange& range : kLetterRanges) Fill(table, range, UnicodeClass::kLetter);
  for (const CodePointRange& range : kNumberRanges) Fill(table, range, UnicodeClass::kNumber);
  for (const CodePointRange& range : kSpaceRanges) Fill(table, range, UnicodeClass::kSpace);
  return table;
}

}  // namespace

constexpr UnicodeClassTable kUnicodeClasses = MakeTable();

}  // namespace owt::text
