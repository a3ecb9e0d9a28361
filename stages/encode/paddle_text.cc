#include "stages/encode/paddle_text.h"

#include <cstdint>

#include "pipeline/utf8.h"

namespace owt::encode {
namespace {

constexpr uint64_t kMostRepeats = 100;

// str.isspace(): White_Space and the four separators of ASCII.
bool IsPythonSpace(char32_t c) {
  return (c >= 0x09 && c <= 0x0D) || (c >= 0x1C && c <= 0x20) || c == 0x85 || c == 0xA0 ||
         c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F ||
         c == 0x205F || c == 0x3000;
}

// Where the character before `end` begins.
size_t LastCharacter(std::string_view text, size_t end) {
  size_t begin = end - 1;
  while (begin > 0 && end - begin < 4 && (static_cast<uint8_t>(text[begin]) & 0xC0) == 0x80) {
    --begin;
  }
  return begin;
}

}  // namespace

std::string_view StripAsPython(std::string_view text) {
  while (!text.empty()) {
    const Utf8Char first = DecodeUtf8(text, 0);
    if (!first.valid || !IsPythonSpace(first.code_point)) break;
    text.remove_prefix(first.length);
  }
  while (!text.empty()) {
    const size_t begin = LastCharacter(text, text.size());
    const Utf8Char last = DecodeUtf8(text, begin);
    if (!last.valid || begin + last.length != text.size() || !IsPythonSpace(last.code_point)) break;
    text = text.substr(0, begin);
  }
  return text;
}

std::string CleanAsPaddle(std::string_view text) {
  std::string cleaned;
  for (size_t begin = 0; begin < text.size();) {
    const size_t length = DecodeUtf8(text, begin).length;
    const std::string_view character = text.substr(begin, length);
    size_t end = begin + length;
    while (text.substr(end, length) == character) end += length;
    const bool is_collapsed = (end - begin) / length > kMostRepeats && character != "\n";
    cleaned += text.substr(begin, is_collapsed ? length : end - begin);
    begin = end;
  }
  return std::string(StripAsPython(cleaned));
}

}  // namespace owt::encode
