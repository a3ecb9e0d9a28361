#include "pipeline/white_space.h"

#include "pipeline/utf8.h"

namespace owt {

std::string_view StripWhiteSpace(std::string_view text) {
  const auto is_plain = [](char c) { return c > 0x20 && c != 0x7F; };
  if (!text.empty() && is_plain(text.front()) && is_plain(text.back())) return text;
  while (!text.empty()) {
    const Utf8Char first = DecodeUtf8(text, 0);
    if (!first.valid || !IsWhiteSpace(first.code_point)) break;
    text.remove_prefix(first.length);
  }
  return StripWhiteSpaceAtEnd(text);
}

std::string_view StripWhiteSpaceAtEnd(std::string_view text) {
  while (!text.empty()) {
    size_t last = text.size() - 1;
    while (last > 0 && (static_cast<unsigned char>(text[last]) & 0xC0) == 0x80) --last;
    const Utf8Char c = DecodeUtf8(text, last);
    if (!c.valid || last + c.length != text.size() || !IsWhiteSpace(c.code_point)) break;
    text.remove_suffix(c.length);
  }
  return text;
}

}  // namespace owt
