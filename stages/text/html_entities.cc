#include "stages/text/html_entities.h"

#include <algorithm>
#include <cstdint>

#include "pipeline/utf8.h"

namespace owt::text {
namespace {

struct NamedReference {
  std::string_view name;  // without '&', with ';' where the standard has it
  std::string_view utf8;
};

constexpr NamedReference kNamed[] = {
#include "stages/text/html_entities_table.inc"
};
constexpr size_t kLongestName = 32;      // "CounterClockwiseContourIntegral;"
constexpr size_t kLongestOpenName = 6;   // "Ccedil", the longest that may lack the semicolon
constexpr size_t kShortestOpenName = 2;  // "lt"

bool IsAlnum(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

const NamedReference* FindNamed(std::string_view name) {
  const auto* found = std::lower_bound(
      std::begin(kNamed), std::end(kNamed), name,
      [](const NamedReference& row, std::string_view key) { return row.name < key; });
  return found != std::end(kNamed) && found->name == name ? found : nullptr;
}

// The characters that pages mean by the numbers 0x80-0x9F (HTML 13.2.5.80).
constexpr uint16_t kWindows1252[32] = {
    0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x8D,   0x017D, 0x8F,   0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,   0x017E, 0x0178};

int DigitValue(char c, bool hex) {
  if (c >= '0' && c <= '9') return c - '0';
  if (!hex) return -1;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

size_t DecodeNumber(std::string_view input, std::string* out) {
  size_t at = 2;
  const bool hex = at < input.size() && (input[at] == 'x' || input[at] == 'X');
  if (hex) ++at;
  const size_t digits_begin = at;
  constexpr uint32_t kTooLarge = 0x110000;
  uint32_t code = 0;
  for (; at < input.size(); ++at) {
    const int digit = DigitValue(input[at], hex);
    if (digit < 0) break;
    code = std::min(code * (hex ? 16u : 10u) + static_cast<uint32_t>(digit), kTooLarge);
  }
  if (at == digits_begin) return 0;
  if (at < input.size() && input[at] == ';') ++at;
  if (code >= 0x80 && code <= 0x9F) code = kWindows1252[code - 0x80];
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  AppendUtf8(code == 0 || surrogate || code >= kTooLarge ? kReplacementCharacter : code, out);
  return at;
}

size_t DecodeName(std::string_view input, bool in_attribute, std::string* out) {
  const std::string_view rest = input.substr(1, kLongestName);
  size_t letters = 0;
  while (letters < rest.size() && IsAlnum(rest[letters])) ++letters;
  if (letters < rest.size() && rest[letters] == ';') {
    if (const NamedReference* row = FindNamed(rest.substr(0, letters + 1))) {
      out->append(row->utf8);
      return letters + 2;
    }
  }
  for (size_t size = std::min(letters, kLongestOpenName); size >= kShortestOpenName; --size) {
    const NamedReference* row = FindNamed(rest.substr(0, size));
    if (row == nullptr) continue;
    const char next = size < rest.size() ? rest[size] : '\0';
    if (in_attribute && (next == '=' || IsAlnum(next))) return 0;
    out->append(row->utf8);
    return size + 1;
  }
  return 0;
}

}  // namespace

void AppendWithoutNul(std::string_view input, std::string* out) {
  while (!input.empty()) {
    const size_t nul = std::min(input.find('\0'), input.size());
    out->append(input.substr(0, nul));
    input.remove_prefix(std::min(nul + 1, input.size()));
  }
}

size_t DecodeCharacterReference(std::string_view input, bool in_attribute, std::string* out) {
  if (input.size() < 2) return 0;
  if (input[1] == '#') return DecodeNumber(input, out);
  return DecodeName(input, in_attribute, out);
}

void AppendDecoded(std::string_view input, bool in_attribute, std::string* out) {
  while (!input.empty()) {
    const size_t plain = std::min(input.find('&'), input.size());
    AppendWithoutNul(input.substr(0, plain), out);
    input.remove_prefix(plain);
    if (input.empty()) return;
    size_t used = DecodeCharacterReference(input, in_attribute, out);
    if (used == 0) {
      out->push_back('&');
      used = 1;
    }
    input.remove_prefix(used);
  }
}

}  // namespace owt::text
