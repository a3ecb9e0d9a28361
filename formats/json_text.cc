// In code and in lists the next escape is never far, so that calls to search and to copy what is
// between two would cost more than that takes. Blocks of 64 bytes are copied whole, and behind each
// escape what follows it once more, to its place: how far apart escapes are decides no branch.
#include "formats/json_text.h"

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

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

char* PutUtf8(int code, char* to) {
  const auto put = [&to](int byte) { *to++ = static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
    return to;
  }
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
  return to;
}

// Copies the beginning of `json` that has no backslash, and says how long it is.
size_t CopyToBackslash(std::string_view json, char* to) {
  constexpr uint64_t kOnes = 0x0101010101010101u;
  size_t at = 0;
#ifdef __SSE2__
  const __m128i backslashes = _mm_set1_epi8('\\');
  for (; json.size() - at >= sizeof(__m128i); at += sizeof(__m128i)) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(json.data() + at));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to + at), bytes);
    const auto found = static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, backslashes)));
    if (found != 0) return at + static_cast<size_t>(std::countr_zero(found));
  }
#endif
  for (; json.size() - at >= sizeof(uint64_t); at += sizeof(uint64_t)) {
    uint64_t bytes;
    std::memcpy(&bytes, json.data() + at, sizeof(bytes));
    std::memcpy(to + at, &bytes, sizeof(bytes));
    const uint64_t differences = bytes ^ kOnes * '\\';
    // The lowest bit that is set belongs to the first zero byte.
    const uint64_t zeros = (differences - kOnes) & ~differences & kOnes * 0x80;
    if (zeros != 0) return at + static_cast<size_t>(std::countr_zero(zeros)) / 8;
  }
  for (; at < json.size() && json[at] != '\\'; ++at) to[at] = json[at];
  return at;
}

#ifdef __SSE2__
constexpr size_t kBlock = 64;
constexpr size_t kBlockRoom =
    3 * kBlock;  // what AppendBlocks may read from a block's first byte on

void CopyBlock(const char* from, char* to) {
  for (size_t i = 0; i < kBlock; i += sizeof(__m128i)) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to + i),
                     _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + i)));
  }
}

uint64_t BackslashesOf(const char* block) {
  const __m128i backslashes = _mm_set1_epi8('\\');
  uint64_t found = 0;
  for (size_t i = 0; i < kBlock; i += sizeof(__m128i)) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(block + i));
    const int bits = _mm_movemask_epi8(_mm_cmpeq_epi8(bytes, backslashes));
    found |= uint64_t{static_cast<uint32_t>(bits)} << i;
  }
  return found;
}

// Takes plain bytes and one-letter escapes from the beginning of *json, up to another escape or
// near its end; returns where the output ends. Writes no further than as many bytes as *json has.
char* UnescapeBlocks(std::string_view* json, char* to) {
  const char* from = json->data();
  const char* const end = from + json->size();
  while (static_cast<size_t>(end - from) >= kBlockRoom) {
    CopyBlock(from, to);
    size_t at = 0;  // from here on `to` gets the block's bytes
    for (uint64_t found = BackslashesOf(from); found != 0;) {
      const auto escape = static_cast<size_t>(std::countr_zero(found));
      const char c = kSimpleEscapes[static_cast<unsigned char>(from[escape + 1])];
      to += escape - at;
      if (c == 0) {
        json->remove_prefix(static_cast<size_t>(from + escape - json->data()));
        return to;
      }
      *to++ = c;
      at = escape + 2;
      CopyBlock(from + at, to);
      found &= ~(uint64_t{3} << escape);  // behind a backslash another one is no escape
    }
    const size_t next = at > kBlock ? at : kBlock;
    to += next - at;
    from += next;
  }
  json->remove_prefix(static_cast<size_t>(from - json->data()));
  return to;
}
#else
char* UnescapeBlocks(std::string_view* /*json*/, char* to) { return to; }
#endif

constexpr bool IsHighSurrogate(int unit) { return unit >= 0xD800 && unit < 0xDC00; }

constexpr bool IsLowSurrogate(int unit) { return unit >= 0xDC00 && unit < 0xE000; }

}  // namespace

std::string_view AppendUnescaped(std::string_view json, std::string* out, bool replace_surrogates) {
  const size_t before = out->size();
  out->resize(before + json.size());  // no escape stands for more bytes than it has
  char* to = out->data() + before;
  bool has_nul = false;
  while (true) {
    // Escapes by code stand side by side where a text is in another script: those go one by one.
    if (!json.starts_with('\\')) to = UnescapeBlocks(&json, to);
    const size_t plain = CopyToBackslash(json, to);
    to += plain;
    json.remove_prefix(plain);
    if (json.empty()) break;
    if (json.size() == 1) return "invalid_json";
    if (json[1] != 'u') {
      const char c = kSimpleEscapes[static_cast<unsigned char>(json[1])];
      if (c == 0) return "invalid_json";
      *to++ = c;
      json.remove_prefix(2);
      continue;
    }
    int code = UnicodeEscape(json);
    if (code < 0) return "invalid_json";
    json.remove_prefix(6);
    const int low = IsHighSurrogate(code) ? UnicodeEscape(json) : -1;
    if (IsLowSurrogate(low)) {
      code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
      json.remove_prefix(6);
    } else if (IsHighSurrogate(code) || IsLowSurrogate(code)) {
      if (!replace_surrogates) return "lone_surrogate";
      code = 0xFFFD;
    }
    has_nul = has_nul || code == 0;
    to = PutUtf8(code, to);
  }
  out->resize(static_cast<size_t>(to - out->data()));
  return has_nul ? "nul_in_text" : "";
}

}  // namespace owt
