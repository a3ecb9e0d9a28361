// Copies the bytes between two escapes at once; escapes are rare in text.
#include "pipeline/json_string.h"

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace owt {
namespace {

constexpr uint64_t kOnes = 0x0101010101010101;
constexpr uint64_t kHighBits = 0x8080808080808080;

// High bit set in every zero byte of `word`, and perhaps in bytes above one.
constexpr uint64_t ZeroBytes(uint64_t word) { return (word - kOnes) & ~word & kHighBits; }

// True where none of the 8 bytes is a quote, a backslash or below 0x20.
bool AllPlain(const char* bytes) {
  uint64_t word;
  std::memcpy(&word, bytes, sizeof(word));
  const uint64_t control = (word - kOnes * 0x20) & ~word & kHighBits;
  return (ZeroBytes(word ^ kOnes * '"') | ZeroBytes(word ^ kOnes * '\\') | control) == 0;
}

constexpr bool IsPlain(char c) {
  return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\';
}

size_t FindNotPlain(std::string_view text, size_t at) {
  while (at + 8 <= text.size() && AllPlain(text.data() + at)) at += 8;
  while (at < text.size() && IsPlain(text[at])) ++at;
  return at;
}

void AppendEscape(char c, std::string* out) {
  constexpr std::string_view kHex = "0123456789abcdef";
  switch (c) {
    case '"':
      out->append("\\\"");
      break;
    case '\\':
      out->append("\\\\");
      break;
    case '\n':
      out->append("\\n");
      break;
    case '\r':
      out->append("\\r");
      break;
    case '\t':
      out->append("\\t");
      break;
    default:
      out->append("\\u00");
      out->push_back(kHex[static_cast<size_t>(c) >> 4]);
      out->push_back(kHex[c & 15]);
  }
}

}  // namespace

void AppendJsonString(std::string_view text, std::string* out) {
  out->push_back('"');
  size_t begin = 0;
  for (size_t at; (at = FindNotPlain(text, begin)) < text.size(); begin = at + 1) {
    out->append(text, begin, at - begin);
    AppendEscape(text[at], out);
  }
  out->append(text, begin);
  out->push_back('"');
}

}  // namespace owt
