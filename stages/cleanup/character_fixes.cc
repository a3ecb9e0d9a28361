#include "stages/cleanup/character_fixes.h"

#include <unicode/uchar.h>

#include <array>
#include <cstdint>
#include <optional>

#include "pipeline/utf8.h"
#include "stages/cleanup/utf8_reader.h"
#include "stages/text/normalize.h"

namespace owt::cleanup {
namespace {

using Replacement = std::optional<std::string_view>;

// Copies `text` to `out` with each character for which `replacement_of(c, &at)` is something
// replaced by that. `at` stands behind the character and may be moved further.
template <class ReplacementOf>
bool Rewrite(std::string_view text, std::string* out, ReplacementOf replacement_of) {
  std::string fixed;
  bool changed = false;
  const char* copied = text.data();
  const char* const end = copied + text.size();
  for (const char* at = copied; at < end;) {
    const char* const here = at;
    const char32_t c = ReadUtf8(&at);
    const Replacement replacement = replacement_of(c, &at);
    if (!replacement) continue;
    changed = true;
    fixed.append(copied, here);
    fixed += *replacement;
    copied = at;
  }
  if (!changed) return false;
  fixed.append(copied, end);
  out->swap(fixed);
  return true;
}

Replacement LettersOf(char32_t c) {
  switch (c) {
    case 0x132:
      return "IJ";
    case 0x133:
      return "ij";
    case 0x149:
      return "\u02BCn";
    case 0x1F1:
      return "DZ";
    case 0x1F2:
      return "Dz";
    case 0x1F3:
      return "dz";
    case 0x1C4:
      return "D\u017D";
    case 0x1C5:
      return "D\u017E";
    case 0x1C6:
      return "d\u017E";
    case 0x1C7:
      return "LJ";
    case 0x1C8:
      return "Lj";
    case 0x1C9:
      return "lj";
    case 0x1CA:
      return "NJ";
    case 0x1CB:
      return "Nj";
    case 0x1CC:
      return "nj";
    case 0xFB00:
      return "ff";
    case 0xFB01:
      return "fi";
    case 0xFB02:
      return "fl";
    case 0xFB03:
      return "ffi";
    case 0xFB04:
      return "ffl";
    case 0xFB05:
      return "\u017Ft";
    case 0xFB06:
      return "st";
    default:
      return std::nullopt;
  }
}

constexpr char32_t kFirstForm = 0xFF01, kLastForm = 0xFFEF;

using Forms = std::array<std::string, kLastForm - kFirstForm + 1>;

// By form: what it is a form of; empty where it is none.
Forms MakeForms() {
  Forms forms;
  for (char32_t c = kFirstForm; c <= kLastForm; ++c) {
    std::string form, normal;
    AppendUtf8(c, &form);
    if (text::Normalize(text::NormalForm::kNfkc, form, &normal)) forms[c - kFirstForm] = normal;
  }
  return forms;
}

Replacement WidthOf(char32_t c) {
  if (c == 0x3000) return " ";
  if (c < kFirstForm || c > kLastForm) return std::nullopt;
  static const Forms forms = MakeForms();
  const std::string& form = forms[c - kFirstForm];
  return form.empty() ? std::nullopt : Replacement(form);
}

Replacement QuoteOf(char32_t c) {
  if (c >= 0x201C && c <= 0x201F) return "\"";
  if (c == 0x2BC || (c >= 0x2018 && c <= 0x201B)) return "'";
  return std::nullopt;
}

bool IsLineBreak(char32_t c) { return c == '\r' || c == 0x2028 || c == 0x2029 || c == 0x85; }

}  // namespace

bool IsRemovedControl(char32_t c) {
  if (c < 0x20) return c != '\t' && c != '\n' && c != '\f' && c != '\r';
  return c == 0x7F || (c >= 0x206A && c <= 0x206F) || c == 0xFEFF || (c >= 0xFFF9 && c <= 0xFFFC);
}

bool FixLatinLigatures(std::string_view text, std::string* out) {
  return Rewrite(text, out, [](char32_t c, const char**) { return LettersOf(c); });
}

bool FixCharacterWidth(std::string_view text, std::string* out) {
  return Rewrite(text, out, [](char32_t c, const char**) { return WidthOf(c); });
}

bool UncurlQuotes(std::string_view text, std::string* out) {
  return Rewrite(text, out, [](char32_t c, const char**) { return QuoteOf(c); });
}

bool FixLineBreaks(std::string_view text, std::string* out) {
  const char* const end = text.data() + text.size();
  return Rewrite(text, out, [end](char32_t c, const char** at) -> Replacement {
    if (!IsLineBreak(c)) return std::nullopt;
    if (c == '\r' && *at < end && **at == '\n') ++*at;
    return "\n";
  });
}

bool RemoveTerminalEscapes(std::string_view text, std::string* out) {
  std::string fixed;
  size_t copied = 0;
  bool changed = false;
  for (size_t i = text.find(kEscape); i != text.npos; i = text.find(kEscape, i)) {
    const char* at = text.data() + i + 1;
    const char* const end = text.data() + text.size();
    char32_t c = at < end ? ReadUtf8(&at) : 0;
    const bool opens = c == '[';
    if (opens) {
      do {
        c = at < end ? ReadUtf8(&at) : 0;
      } while (c == ';' || u_charType(static_cast<UChar32>(c)) == U_DECIMAL_DIGIT_NUMBER);
    }
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!opens || !is_letter) {
      ++i;
      continue;
    }
    changed = true;
    fixed.append(text, copied, i - copied);
    i = copied = static_cast<size_t>(at - text.data());
  }
  if (!changed) return false;
  fixed.append(text, copied);
  out->swap(fixed);
  return true;
}

bool RemoveControlChars(std::string_view text, std::string* out) {
  return Rewrite(text, out, [](char32_t c, const char**) -> Replacement {
    return IsRemovedControl(c) ? Replacement("") : std::nullopt;
  });
}

}  // namespace owt::cleanup
