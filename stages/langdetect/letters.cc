#include "stages/langdetect/letters.h"

#include <unicode/uchar.h>

#include "pipeline/utf8.h"
#include "stages/text/unicode_class.h"

namespace owt::langdetect {
namespace {

bool IsAsciiCapital(char c) { return c >= 'A' && c <= 'Z'; }

bool IsAsciiSmall(char c) { return c >= 'a' && c <= 'z'; }

}  // namespace

bool HasLetter(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const Utf8Char c = DecodeUtf8(text, i);
    if (text::ClassOf(c.code_point) == text::UnicodeClass::kLetter) return true;
    i += c.length;
  }
  return false;
}

bool IsMostlyCapitals(std::string_view text) {
  size_t capitals = 0;
  size_t others = 0;
  for (size_t i = 0; i < text.size();) {
    if (static_cast<uint8_t>(text[i]) < 0x80) {
      capitals += IsAsciiCapital(text[i]);
      others += IsAsciiSmall(text[i]);
      ++i;
      continue;
    }
    const Utf8Char c = DecodeUtf8(text, i);
    if (text::ClassOf(c.code_point) == text::UnicodeClass::kLetter) {
      u_isupper(static_cast<UChar32>(c.code_point)) != 0 ? ++capitals : ++others;
    }
    i += c.length;
  }
  return capitals > 1 && capitals > others;
}

std::string Lowered(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    const Utf8Char c = DecodeUtf8(text, i);
    AppendUtf8(static_cast<char32_t>(u_tolower(static_cast<UChar32>(c.code_point))), &out);
    i += c.length;
  }
  return out;
}

}  // namespace owt::langdetect
