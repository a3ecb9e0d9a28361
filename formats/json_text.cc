// Copies the bytes between two escapes at once; escapes are rare in text.
#include "formats/json_text.h"

#include <array>
#include <cstdint>
#include <cstring>

namespace owt {
namespace {

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
