#include "stages/filter/mask_pii.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>

#include "stages/filter/ascii.h"
#include "stages/filter/character_sets.h"
#include "stages/text/unicode_class.h"

// datatrove's patterns, read by hand. An e-mail address is looked for round each "@": its local
// part ends there, and what may stand before it is one run of characters. An IPv4 address is looked
// for round the first of its dots.

namespace owt::filter {
namespace {

constexpr std::string_view kEmails[] = {"email@example.com", "firstname.lastname@example.org"};
constexpr std::string_view kAddresses[] = {"22.214.171.124", "126.96.36.199",  "188.8.131.52",
                                           "184.108.40.206", "220.127.116.11", "18.104.22.168"};

struct Match {
  size_t begin = 0;
  size_t end = 0;  // 0: none
};

bool IsAlnumChar(char c) { return IsDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]
bool IsLocal(char c) {
  return IsAlnumChar(c) ||
         std::string_view("!#$%&'*+/=?^_`{|}~-").find(c) != std::string_view::npos;
}

bool IsWordAscii(char c) { return IsAlnumChar(c) || c == '_'; }

// Whether the character that ends before text[at] is of Python's \w.
bool WordBefore(std::string_view text, size_t at) {
  if (at == 0) return false;
  size_t begin = at - 1;
  while ((static_cast<uint8_t>(text[begin]) & 0xC0) == 0x80) --begin;
  uint32_t length;
  const char32_t c = DecodeValid(text.data() + begin, &length);
  const text::UnicodeClass kind = text::ClassOf(c);
  return kind == text::UnicodeClass::kLetter || kind == text::UnicodeClass::kNumber || c == '_';
}

// Where the local part that ends at text[at] begins, from `first` on; `at` if there is none: the
// first place with a word boundary, of a run of local characters with single dots between them.
size_t LocalBegin(std::string_view text, size_t first, size_t at) {
  size_t run = at;
  while (run > first) {
    const char c = text[run - 1];
    const bool dot =
        c == '.' && run < at && text[run] != '.' && run - 1 > first && IsLocal(text[run - 2]);
    if (!dot && !IsLocal(c)) break;
    --run;
  }
  for (size_t i = run; i < at; ++i) {
    if (text[i] != '.' && WordBefore(text, i) != IsWordAscii(text[i])) return i;
  }
  return at;
}

// Where the dotted name that begins at text[at] ends, or `at`.
size_t DomainEnd(std::string_view text, size_t at) {
  size_t i = at;
  bool has_dot = false;
  while (i < text.size() && IsAlnumChar(text[i])) {
    size_t run = i;
    size_t end = i;  // behind the last letter or digit of the label
    for (; run < text.size() && (IsAlnumChar(text[run]) || text[run] == '-'); ++run) {
      if (text[run] != '-') end = run + 1;
    }
    const bool goes_on =
        end == run && run + 1 < text.size() && text[run] == '.' && IsAlnumChar(text[run + 1]);
    if (!goes_on) return has_dot ? end : at;
    has_dot = true;
    i = run + 1;
  }
  return at;
}

// How many digits of 0 to 255 begin at text[at] and end before what is no digit, or 0.
size_t OctetLength(std::string_view text, size_t at) {
  size_t end = at;
  unsigned value = 0;
  while (end < text.size() && end - at < 4 && IsDigit(text[end])) {
    value = 10 * value + static_cast<unsigned>(text[end++] - '0');
  }
  return end - at <= 3 && value <= 255 ? end - at : 0;
}

// The same of the digits that a number of three at most takes, whatever follows.
size_t LastOctetLength(std::string_view text, size_t at) {
  size_t length = 0;
  unsigned value = 0;
  while (at + length < text.size() && length < 3 && IsDigit(text[at + length])) {
    const unsigned longer = 10 * value + static_cast<unsigned>(text[at + length] - '0');
    if (longer > 255) break;
    value = longer;
    ++length;
  }
  return length;
}

// Where three numbers with a dot behind each end that begin at text[at], or `at`.
size_t ThreeOctetsEnd(std::string_view text, size_t at) {
  size_t i = at;
  for (int k = 0; k < 3; ++k) {
    const size_t length = OctetLength(text, i);
    if (length == 0 || i + length >= text.size() || text[i + length] != '.') return at;
    i += length + 1;
  }
  return i;
}

// Where "[1.2.3.4]" or "[1.2.3.tag:]" ends that begins at text[at], or `at`.
size_t LiteralEnd(std::string_view text, size_t at) {
  if (at >= text.size() || text[at] != '[') return at;
  const size_t last = ThreeOctetsEnd(text, at + 1);
  if (last == at + 1) return at;
  const size_t octet = OctetLength(text, last);
  if (octet > 0 && last + octet < text.size() && text[last + octet] == ']') return last + octet + 1;
  size_t i = last;
  while (i < text.size() && (IsAlnumChar(text[i]) || text[i] == '-')) ++i;
  const bool tag = i > last && IsAlnumChar(text[i - 1]);
  return tag && text.substr(i).starts_with(":]") ? i + 2 : at;
}

// The address round the "@" at text[at], from `first` on.
Match EmailAt(std::string_view text, size_t first, size_t at) {
  const size_t begin = LocalBegin(text, first, at);
  if (begin == at) return {};
  size_t end = DomainEnd(text, at + 1);
  if (end == at + 1) end = LiteralEnd(text, at + 1);
  return end == at + 1 ? Match{} : Match{begin, end};
}

// The address whose first dot is text[dot], from `first` on.
Match AddressAt(std::string_view text, size_t first, size_t dot) {
  size_t begin = dot;
  while (begin > first && dot - begin < 3 && IsDigit(text[begin - 1])) --begin;
  if (begin == dot) return {};
  if (OctetLength(text, begin) == 0) ++begin;  // 256 to 999: its last two digits
  const size_t last = ThreeOctetsEnd(text, begin);
  if (last == begin) return {};
  const size_t length = LastOctetLength(text, last);
  return length == 0 ? Match{} : Match{begin, last + length};
}

// Whether Python's ipaddress takes the address, and finds it global.
bool IsReplaced(std::string_view address, bool private_too) {
  uint32_t value = 0;
  for (size_t i = 0; i < address.size();) {
    const size_t length = OctetLength(address, i);
    if (length > 1 && address[i] == '0') return false;
    uint32_t octet = 0;
    for (size_t k = 0; k < length; ++k)
      octet = 10 * octet + static_cast<uint32_t>(address[i + k] - '0');
    value = value << 8 | octet;
    i += length + 1;
  }
  return private_too || IsPublicAddress(value);
}

// Replaces what `find(first, at)` finds round each `sign` and `replaced` accepts.
template <size_t kNum, class Find, class Replaced>
bool Replace(std::string_view text, char sign, const std::string_view (&stand_ins)[kNum], Find find,
             Replaced replaced, std::string_view rule, std::string* out, Changes* changes) {
  size_t copied = 0;
  size_t first = 0;  // matches begin here or later
  size_t turn = 0;
  std::string made;
  for (size_t at = text.find(sign); at != text.npos; at = text.find(sign, at + 1)) {
    if (at < first) continue;
    const Match match = find(first, at);
    if (match.end == 0) continue;
    first = match.end;
    if (!replaced(text.substr(match.begin, match.end - match.begin))) continue;
    changes->Note(rule, match.begin);
    made.append(text, copied, match.begin - copied);
    made += stand_ins[turn];
    turn = (turn + 1) % kNum;
    copied = match.end;
  }
  if (copied == 0) return false;
  made.append(text, copied);
  *out = std::move(made);
  return true;
}

}  // namespace

bool IsPublicAddress(uint32_t address) {
  struct Network {
    uint32_t base;
    unsigned bits;
  };

  static constexpr Network kSpecial[] = {
      {0x00000000, 8},  {0x0A000000, 8},  {0x64400000, 10}, {0x7F000000, 8},  {0xA9FE0000, 16},
      {0xAC100000, 12}, {0xC0000000, 24}, {0xC0000200, 24}, {0xC0A80000, 16}, {0xC6120000, 15},
      {0xC6336400, 24}, {0xCB007100, 24}, {0xF0000000, 4}};
  if (address == 0xC0000009 || address == 0xC000000A) return true;  // 192.0.0.9, 192.0.0.10
  return std::none_of(std::begin(kSpecial), std::end(kSpecial), [address](const Network& network) {
    return (address ^ network.base) >> (32 - network.bits) == 0;
  });
}

bool MaskPii(std::string_view text, const PiiRules& rules, std::string* out, Changes* changes) {
  bool changed = false;
  std::string without_emails;
  if (rules.emails) {
    changed = Replace(
        text, '@', kEmails, [&](size_t first, size_t at) { return EmailAt(text, first, at); },
        [](std::string_view) { return true; }, "email", &without_emails, changes);
    if (changed) text = without_emails;
  }
  const bool masked =
      rules.addresses &&
      Replace(
          text, '.', kAddresses,
          [&](size_t first, size_t at) { return AddressAt(text, first, at); },
          [&](std::string_view address) { return IsReplaced(address, rules.private_addresses); },
          "ip_address", out, changes);
  if (changed && !masked) *out = std::move(without_emails);
  return changed || masked;
}

}  // namespace owt::filter
