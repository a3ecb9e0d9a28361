// Both ways copy the bytes between two escapes at once; escapes are rare in text.
#include "formats/json_text.h"

#include <array>
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

// What stands for a one-letter escape; 0 where there is none.
constexpr std::array<char, 256> kSimpleEscapes = [] {
  std::array<char, 256> table{};
  table['"'] = '"';
  table['\\'] = '\\';
  table['/'] = '/';
  table['b'] = '\b';
  table['f'] = '\f';
  table['n'] = '\n';
  table['r'] = '\r';
  table['t'] = '\t';
  return table;
}();

// The value of "\uXXXX" at the beginning of `json`, or -1.
int UnicodeEscape(std::string_view json) {
  if (json.size() < 6 || json[0] != '\\' || json[1] != 'u') return -1;
  int value = 0;
  for (const char c : json.substr(2, 4)) {
    const char lower = static_cast<char>(c | 0x20);
    const bool is_digit = c >= '0' && c <= '9';
    if (!is_digit && (lower < 'a' || lower > 'f')) return -1;
    value = value * 16 + (is_digit ? c - '0' : lower - 'a' + 10);
  }
  return value;
}

void AppendUtf8(int code, std::string* out) {
  const auto put = [out](int byte) { out->push_back(static_cast<char>(byte)); };
  if (code < 0x80) return put(code);
  if (code < 0x800) {
    put(0xC0 | code >> 6);
  } else {
    if (code < 0x10000) {
      put(0xE0 | code >> 12);
    } else {
      put(0xF0 | code >> 18);
      put(0x80 | (code >> 12 & 0x3F));
    }
    put(0x80 | (code >> 6 & 0x3F));
  }
  put(0x80 | (code & 0x3F));
}

constexpr bool IsHighSurrogate(int unit) { return unit >= 0xD800 && unit < 0xDC00; }

constexpr bool IsLowSurrogate(int unit) { return unit >= 0xDC00 && unit < 0xE000; }

}  // namespace

void AppendJsonText(std::string_view text, std::string* out) {
  out->push_back('"');
  size_t begin = 0;
  for (size_t at; (at = FindNotPlain(text, begin)) < text.size(); begin = at + 1) {
    out->append(text, begin, at - begin);
    AppendEscape(text[at], out);
  }
  out->append(text, begin);
  out->push_back('"');
}

std::string_view AppendUnescaped(std::string_view json, std::string* out, bool replace_surrogates) {
  bool has_nul = false;
  size_t begin = 0;
  for (size_t at; (at = json.find('\\', begin)) != std::string_view::npos;) {
    out->append(json, begin, at - begin);
    if (at + 1 == json.size()) return "invalid_json";
    if (json[at + 1] != 'u') {
      const char c = kSimpleEscapes[static_cast<unsigned char>(json[at + 1])];
      if (c == 0) return "invalid_json";
      out->push_back(c);
      begin = at + 2;
      continue;
    }
    int code = UnicodeEscape(json.substr(at));
    if (code < 0) return "invalid_json";
    begin = at + 6;
    const int low = IsHighSurrogate(code) ? UnicodeEscape(json.substr(begin)) : -1;
    if (IsLowSurrogate(low)) {
      code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
      begin += 6;
    } else if (IsHighSurrogate(code) || IsLowSurrogate(code)) {
      if (!replace_surrogates) return "lone_surrogate";
      code = 0xFFFD;
    }
    has_nul = has_nul || code == 0;
    AppendUtf8(code, out);
  }
  out->append(json, begin);
  return has_nul ? "nul_in_text" : "";
}

}  // namespace owt
