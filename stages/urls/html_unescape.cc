#include "stages/urls/html_unescape.h"

#include <algorithm>
#include <cstdint>

#include "pipeline/utf8.h"
#include "stages/text/html_entities.h"

// Names are decoded as the HTML standard does it; numbers differ from it: what the standard lets
// pass with a parse error, Python leaves out.

namespace owt::urls {
namespace {

// Values of "&#N;" that html.unescape replaces by nothing.
bool IsLeftOut(uint32_t code) {
  return (code >= 0x1 && code <= 0x8) || code == 0xB || (code >= 0xE && code <= 0x1F) ||
         code == 0x7F || (code >= 0xFDD0 && code <= 0xFDEF) || (code & 0xFFFE) == 0xFFFE;
}

int DigitValue(char c, uint32_t base) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return base == 16 && lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// `text` starts with "&#". Returns the bytes consumed, 0 for no reference.
size_t DecodeNumber(std::string_view text, std::string* out) {
  constexpr uint32_t kTooLarge = 0x110000;
  size_t at = 2;
  uint32_t base = 10;
  if (at < text.size() && (text[at] | 0x20) == 'x') {
    base = 16;
    ++at;
  }
  const size_t digits_begin = at;
  uint32_t code = 0;
  for (; at < text.size() && DigitValue(text[at], base) >= 0; ++at) {
    code = std::min(code * base + static_cast<uint32_t>(DigitValue(text[at], base)), kTooLarge);
  }
  if (at == digits_begin) return 0;
  if (at < text.size() && text[at] == ';') ++at;
  if (code == 0 || (code >= 0x80 && code <= 0x9F)) {
    text::DecodeCharacterReference(text.substr(0, at), false, out);
  } else if ((code >= 0xD800 && code <= 0xDFFF) || code >= kTooLarge) {
    AppendUtf8(kReplacementCharacter, out);
  } else if (!IsLeftOut(code)) {
    AppendUtf8(code, out);
  }
  return at;
}

}  // namespace

void AppendUnescaped(std::string_view text, std::string* out) {
  for (;;) {
    const size_t ampersand = std::min(text.find('&'), text.size());
    out->append(text.substr(0, ampersand));
    text.remove_prefix(ampersand);
    if (text.empty()) return;
    const size_t used = text.starts_with("&#") ? DecodeNumber(text, out)
                                               : text::DecodeCharacterReference(text, false, out);
    if (used == 0) out->push_back('&');
    text.remove_prefix(std::max<size_t>(used, 1));
  }
}

}  // namespace owt::urls
