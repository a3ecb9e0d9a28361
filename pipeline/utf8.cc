#include "pipeline/utf8.h"

#include <cstring>

// Table 3-7 of the Unicode standard: the lead byte fixes the length and the range of the second
// byte; every later byte is 80..BF. A maximal subpart ends before the first byte that breaks this.

namespace owt {
namespace {

struct Lead {
  uint32_t length;  // 0: no sequence starts with this byte
  uint8_t second_min, second_max;
};

constexpr Lead LeadOf(uint8_t byte) {
  if (byte < 0x80) return {1, 0, 0};
  if (byte < 0xC2) return {0, 0, 0};
  if (byte < 0xE0) return {2, 0x80, 0xBF};
  if (byte == 0xE0) return {3, 0xA0, 0xBF};
  if (byte == 0xED) return {3, 0x80, 0x9F};
  if (byte < 0xF0) return {3, 0x80, 0xBF};
  if (byte == 0xF0) return {4, 0x90, 0xBF};
  if (byte < 0xF4) return {4, 0x80, 0xBF};
  if (byte == 0xF4) return {4, 0x80, 0x8F};
  return {0, 0, 0};
}

bool IsAscii8(const char* bytes) {
  uint64_t word;
  std::memcpy(&word, bytes, sizeof(word));
  return (word & 0x8080808080808080u) == 0;
}

}  // namespace

Utf8Char DecodeUtf8(std::string_view text, size_t position) {
  const auto byte_at = [&](size_t i) { return static_cast<uint8_t>(text[position + i]); };
  const uint8_t first = byte_at(0);
  if (first < 0x80) return {first, 1, true};
  const Lead lead = LeadOf(first);
  if (lead.length == 0) return {kReplacementCharacter, 1, false};

  char32_t code_point = first & (0x7Fu >> lead.length);
  for (uint32_t i = 1; i < lead.length; ++i) {
    const uint8_t min = i == 1 ? lead.second_min : 0x80;
    const uint8_t max = i == 1 ? lead.second_max : 0xBF;
    if (position + i >= text.size() || byte_at(i) < min || byte_at(i) > max) {
      return {kReplacementCharacter, i, false};
    }
    code_point = (code_point << 6) | (byte_at(i) & 0x3Fu);
  }
  return {code_point, lead.length, true};
}

void AppendUtf8(char32_t code_point, std::string* out) {
  const auto put = [&](char32_t byte) { out->push_back(static_cast<char>(byte)); };
  if (code_point < 0x80) {
    put(code_point);
  } else if (code_point < 0x800) {
    put(0xC0 | (code_point >> 6));
    put(0x80 | (code_point & 0x3F));
  } else if (code_point < 0x10000) {
    put(0xE0 | (code_point >> 12));
    put(0x80 | ((code_point >> 6) & 0x3F));
    put(0x80 | (code_point & 0x3F));
  } else {
    put(0xF0 | (code_point >> 18));
    put(0x80 | ((code_point >> 12) & 0x3F));
    put(0x80 | ((code_point >> 6) & 0x3F));
    put(0x80 | (code_point & 0x3F));
  }
}

size_t FindInvalidUtf8(std::string_view text) {
  size_t position = 0;
  while (position < text.size()) {
    if (position + 8 <= text.size() && IsAscii8(text.data() + position)) {
      position += 8;
      continue;
    }
    const Utf8Char c = DecodeUtf8(text, position);
    if (!c.valid) return position;
    position += c.length;
  }
  return std::string_view::npos;
}

std::string ReplaceInvalidUtf8(std::string_view text) {
  std::string out;
  while (true) {
    const size_t bad = FindInvalidUtf8(text);
    out.append(text.substr(0, bad));
    if (bad == std::string_view::npos) return out;
    AppendUtf8(kReplacementCharacter, &out);
    text.remove_prefix(bad + DecodeUtf8(text, bad).length);
  }
}

std::string MaskInvalidUtf8(std::string_view text) {
  std::string out(text);
  for (size_t at = 0, bad; (bad = FindInvalidUtf8(text.substr(at))) != std::string_view::npos;) {
    const size_t length = DecodeUtf8(text, at + bad).length;
    out.replace(at + bad, length, length, '\x7F');
    at += bad + length;
  }
  return out;
}

size_t CountCodePoints(std::string_view text) {
  size_t count = 0;
  for (const char byte : text) count += (static_cast<uint8_t>(byte) & 0xC0) != 0x80;
  return count;
}

}  // namespace owt
