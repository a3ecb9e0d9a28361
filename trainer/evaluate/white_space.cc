#include "trainer/evaluate/white_space.h"

namespace owt::trainer {
namespace {

// Start of the character that ends at `end`. REQUIRES: end > 0.
size_t CharacterBefore(std::string_view text, size_t end) {
  size_t begin = end - 1;
  while (begin > 0 && (static_cast<unsigned char>(text[begin]) & 0xC0) == 0x80) --begin;
  return begin;
}

std::string_view StripEnd(std::string_view text) {
  while (!text.empty()) {
    const size_t begin = CharacterBefore(text, text.size());
    if (SpaceBytes(text, begin) == 0) break;
    text = text.substr(0, begin);
  }
  return text;
}

}  // namespace

size_t SpaceBytes(std::string_view text, size_t at) {
  const auto byte = [&](size_t i) {
    return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0U;
  };
  const unsigned first = byte(0);
  if (first < 0x80) {
    return first == ' ' || (first >= 9 && first <= 13) || (first >= 0x1C && first <= 0x1F) ? 1 : 0;
  }
  if (first == 0xC2) return byte(1) == 0x85 || byte(1) == 0xA0 ? 2 : 0;  // U+0085, U+00A0
  const unsigned rest = byte(1) << 8 | byte(2);
  const bool is_space = (first == 0xE1 && rest == 0x9A80) ||                    // U+1680
                        (first == 0xE2 && rest >= 0x8080 && rest <= 0x808A) ||  // U+2000 to U+200A
                        (first == 0xE2 && (rest == 0x80A8 || rest == 0x80A9)) ||  // U+2028, U+2029
                        (first == 0xE2 && (rest == 0x80AF || rest == 0x819F)) ||  // U+202F, U+205F
                        (first == 0xE3 && rest == 0x8080);                        // U+3000
  return is_space ? 3 : 0;
}

std::string_view StripSpace(std::string_view text) {
  while (const size_t bytes = SpaceBytes(text, 0)) text.remove_prefix(bytes);
  return StripEnd(text);
}

LastWord SplitLastWord(std::string_view text) {
  text = StripEnd(text);
  size_t begin = text.size();
  while (begin > 0) {
    const size_t before = CharacterBefore(text, begin);
    if (SpaceBytes(text, before) > 0) break;
    begin = before;
  }
  return {text.substr(0, begin), text.substr(begin)};
}

}  // namespace owt::trainer
