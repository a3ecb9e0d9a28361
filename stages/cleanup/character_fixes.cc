#include "stages/cleanup/character_fixes.h"

#include <cstdint>

#include "stages/text/utf8.h"

namespace owt::cleanup {
namespace {

bool IsLineBreak(char32_t c) { return c == '\r' || c == 0x2028 || c == 0x2029 || c == 0x85; }

// Only these bytes can begin a character of either set.
bool MayNeedFix(char byte) {
  const auto b = static_cast<uint8_t>(byte);
  return b < 0x20 || b == 0x7F || b == 0xC2 || b == 0xE2 || b == 0xEF;
}

// Copies `text` to `out` but for the characters that `is_target` names: of these, `replace` says
// what to append and how many bytes to step over.
template <class IsTarget, class Replace>
bool Rewrite(std::string_view text, std::string* out, IsTarget is_target, Replace replace) {
  size_t copied = 0;
  bool changed = false;
  for (size_t i = 0; i < text.size();) {
    if (!MayNeedFix(text[i])) {
      ++i;
      continue;
    }
    const text::Utf8Char c = text::DecodeUtf8(text, i);
    if (!c.valid || !is_target(c.code_point)) {
      i += c.length;
      continue;
    }
    if (!changed) out->clear();
    changed = true;
    out->append(text, copied, i - copied);
    i = copied = replace(i, c);
  }
  if (changed) out->append(text, copied);
  return changed;
}

}  // namespace

bool IsRemovedControl(char32_t c) {
  if (c < 0x20) return c != '\t' && c != '\n' && c != '\f' && c != '\r';
  return c == 0x7F || (c >= 0x206A && c <= 0x206F) || c == 0xFEFF || (c >= 0xFFF9 && c <= 0xFFFC);
}

bool FixLineBreaks(std::string_view text, std::string* out) {
  return Rewrite(text, out, IsLineBreak, [&](size_t i, const text::Utf8Char& c) {
    out->push_back('\n');
    const bool crlf = c.code_point == '\r' && i + 1 < text.size() && text[i + 1] == '\n';
    return i + c.length + (crlf ? 1 : 0);
  });
}

bool RemoveControlChars(std::string_view text, std::string* out) {
  return Rewrite(text, out, IsRemovedControl,
                 [](size_t i, const text::Utf8Char& c) { return i + c.length; });
}

}  // namespace owt::cleanup
