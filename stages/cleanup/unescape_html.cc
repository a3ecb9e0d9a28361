#include "stages/cleanup/unescape_html.h"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "pipeline/utf8.h"
#include "stages/text/html_entities.h"

namespace owt::cleanup {
namespace {

struct Entity {
  std::string_view name, value;
};

constexpr Entity kUpperCase[] = {
#include "stages/cleanup/upper_case_entities.inc"
};

constexpr bool ByName(const Entity& a, const Entity& b) { return a.name < b.name; }

static_assert(std::is_sorted(std::begin(kUpperCase), std::end(kUpperCase), ByName));

constexpr size_t kMaxName = 24;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsAlphanumeric(char c) {
  return IsDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

int HexDigit(char c) {
  if (IsDigit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// The number of "123" or "x7B", stopping above U+10FFFF; nothing where a character is no digit.
std::optional<char32_t> ParseNumber(std::string_view digits) {
  const bool hex = digits[0] == 'x' || digits[0] == 'X';
  if (hex) digits.remove_prefix(1);
  if (digits.empty()) return std::nullopt;
  const char32_t base = hex ? 16 : 10;
  char32_t value = 0;
  for (const char c : digits) {
    const int digit = HexDigit(c);
    if (digit < 0 || static_cast<char32_t>(digit) >= base) return std::nullopt;
    value = std::min<char32_t>(value * base + static_cast<char32_t>(digit), 0x110000);
  }
  return value;
}

bool IsNoText(char32_t c) {
  return (c >= 1 && c <= 8) || c == 0xB || (c >= 0xE && c <= 0x1F) || c == 0x7F ||
         (c >= 0xFDD0 && c <= 0xFDEF) || (c & 0xFFFE) == 0xFFFE;
}

bool AppendUpperCase(std::string_view name, std::string* out) {
  const auto* found =
      std::lower_bound(std::begin(kUpperCase), std::end(kUpperCase), Entity{name, {}}, ByName);
  if (found == std::end(kUpperCase) || found->name != name) return false;
  out->append(found->value);
  return true;
}

// Appends what `reference`, "&NAME;" or "&#NUMBER;", stands for. False: it stands for nothing.
bool AppendReference(std::string_view reference, std::string* out) {
  const std::string_view body = reference.substr(1, reference.size() - 2);
  if (body[0] == '#') {
    const std::optional<char32_t> number = ParseNumber(body.substr(1));
    if (!number || *number == ';') return false;
    if (IsNoText(*number)) return true;
  }
  const size_t before = out->size();
  if (text::DecodeCharacterReference(reference, false, out) == reference.size()) return true;
  out->resize(before);  // HTML5 would read a shorter name, without its semicolon
  return AppendUpperCase(body, out);
}

// What has the form of a reference at text[at], which is "&", up to and with the ";". Empty:
// nothing.
std::string_view ReferenceAt(std::string_view text, size_t at) {
  size_t end = at + 1;
  if (end < text.size() && text[end] == '#') ++end;
  const size_t name = end;
  while (end < text.size() && end - name <= kMaxName && IsAlphanumeric(text[end])) ++end;
  const bool formed = end > name && end - name <= kMaxName && end < text.size() && text[end] == ';';
  return formed ? text.substr(at, end + 1 - at) : std::string_view();
}

// If `out`, which ends in ";", ends in a reference, takes it off and returns what it stands for.
std::optional<std::string> TakeReference(std::string* out) {
  const std::string_view tail =
      std::string_view(*out).substr(out->size() - std::min(out->size(), kMaxName + 3));
  const size_t at = tail.rfind('&');
  if (at == tail.npos) return std::nullopt;
  const std::string_view reference = ReferenceAt(tail, at);
  std::string decoded;
  if (at + reference.size() != tail.size() || !AppendReference(reference, &decoded)) {
    return std::nullopt;
  }
  out->resize(out->size() - reference.size());
  return decoded;
}

}  // namespace

bool DecodeEntitiesOnce(std::string_view text, std::string* out) {
  bool changed = false;
  size_t copied = 0;
  for (size_t at = text.find('&'); at != text.npos; at = text.find('&', at + 1)) {
    const std::string_view reference = ReferenceAt(text, at);
    std::string decoded;
    if (reference.empty() || !AppendReference(reference, &decoded)) continue;
    if (!changed) out->clear();
    changed = true;
    out->append(text, copied, at - copied);
    out->append(decoded);
    copied = at + reference.size();
  }
  if (changed) out->append(text, copied);
  return changed;
}

std::string DecodeEntitiesFully(std::string_view text, const AppendPiece& append) {
  std::string out;
  for (size_t i = 0; i < text.size();) {
    const uint32_t length = DecodeUtf8(text, i).length;
    append(text.substr(i, length), &out);
    i += length;
    // What a reference stands for may end another one in turn (&semi;), and again.
    while (!out.empty() && out.back() == ';') {
      const std::optional<std::string> decoded = TakeReference(&out);
      if (!decoded) break;
      append(*decoded, &out);
    }
  }
  return out;
}

}  // namespace owt::cleanup
