#include "stages/filter/dclm_phrases.h"

#include <unicode/uchar.h>

#include <algorithm>
#include <iterator>

#include "pipeline/white_space.h"
#include "stages/filter/bad_words.h"
#include "stages/filter/character_sets.h"
#include "stages/text/unicode_class.h"
#include "stages/text/url.h"

namespace owt::filter {
namespace {

constexpr std::string_view kCounted[] = {"likes",     "shares",    "comments",  "retweets",
                                         "reposts",   "quotes",    "bookmarks", "upvotes",
                                         "downvotes", "downloads", "views",     "followers"};

// Python's \w.
bool IsOfWord(char32_t c) {
  const text::UnicodeClass kind = text::ClassOf(c);
  return kind == text::UnicodeClass::kLetter || kind == text::UnicodeClass::kNumber || c == '_';
}

// Python's \d.
bool IsDecimal(char32_t c) {
  return c < 0x80 ? c >= '0' && c <= '9'
                  : u_charType(static_cast<UChar32>(c)) == U_DECIMAL_DIGIT_NUMBER;
}

// Behind the characters from text[at] on that `is` holds for.
template <class Is>
size_t SkipWhile(std::string_view text, size_t at, Is is) {
  while (at < text.size()) {
    uint32_t length;
    if (!is(DecodeValid(text.data() + at, &length))) break;
    at += length;
  }
  return at;
}

// What is the same as a lower case letter of ASCII to a pattern of Python that ignores case.
char Folded(char32_t c) {
  if (c >= 'A' && c <= 'Z') return static_cast<char>(c - 'A' + 'a');
  if (c == 0x130 || c == 0x131) return 'i';
  if (c == 0x17F) return 's';
  if (c == 0x212A) return 'k';
  return c < 0x80 ? static_cast<char>(c) : '\0';
}

// Where `phrase` ends that begins at text[at]; npos for none.
size_t EndOfPhrase(std::string_view text, size_t at, std::string_view phrase) {
  for (const char wanted : phrase) {
    if (at >= text.size()) return text.npos;
    uint32_t length;
    if (Folded(DecodeValid(text.data() + at, &length)) != wanted) return text.npos;
    at += length;
  }
  return at;
}

size_t PreviousBegin(std::string_view text, size_t at) {
  --at;
  while ((static_cast<uint8_t>(text[at]) & 0xC0) == 0x80) --at;
  return at;
}

// Before the one white character, if there is one, that ends at `at`; not before `floor`.
size_t BeforeWhite(std::string_view text, size_t at, size_t floor) {
  if (at <= floor) return at;
  const size_t begin = PreviousBegin(text, at);
  uint32_t length;
  return begin >= floor && IsWhiteSpace(DecodeValid(text.data() + begin, &length)) ? begin : at;
}

// The first byte, past `at`, that may begin "i" in any form.
size_t NextI(std::string_view text, size_t at) {
  return std::min(text.find_first_of("iI\xC4", at), text.size());
}

}  // namespace

bool IsCounterLine(std::string_view line, std::string* scratch) {
  const auto is_other = [](char32_t c) { return !IsOfWord(c); };
  const size_t first = SkipWhile(line, 0, is_other);
  uint32_t length;
  if (first == line.size() || !IsDecimal(DecodeValid(line.data() + first, &length))) return false;
  LowerText(line, scratch);
  const std::string_view lower = *scratch;
  size_t at = SkipWhile(lower, 0, is_other);
  at = SkipWhile(lower, at, [](char32_t c) { return c == ',' || c == '.' || IsDecimal(c); });
  if (at < lower.size() && std::string_view("kmb").find(lower[at]) != std::string_view::npos) ++at;
  const size_t word = SkipWhile(lower, at, IsWhiteSpace);
  if (word == at) return false;
  for (const std::string_view counted : kCounted) {
    if (!lower.substr(word).starts_with(counted)) continue;
    return SkipWhile(lower, word + counted.size(), is_other) == lower.size();
  }
  return false;
}

bool CutItemsInCart(std::string_view line, std::string* rest) {
  constexpr std::string_view kPhrase = "items in cart";
  if (line.size() < kPhrase.size()) return false;
  std::string made;
  size_t copied = 0;
  for (size_t at = NextI(line, 0); at < line.size();) {
    const size_t end = EndOfPhrase(line, at, kPhrase);
    if (end == line.npos) {
      at = NextI(line, at + 1);
      continue;
    }
    made.append(line.substr(copied, BeforeWhite(line, at, copied) - copied));
    copied = end;
    at = NextI(line, end);
  }
  if (copied == 0) return false;
  *rest = made.append(line.substr(copied));
  return true;
}

bool CutReadMore(std::string_view line, std::string* rest) {
  constexpr std::string_view kPhrase = "read more";
  size_t end = line.size();
  for (int i = 0; i < 3; ++i) {
    if (end == 0) return false;
    end = PreviousBegin(line, end);
  }
  // All letters of the phrase are single bytes in every form.
  if (end < kPhrase.size() || EndOfPhrase(line, end - kPhrase.size(), kPhrase) != end) return false;
  *rest = line.substr(0, BeforeWhite(line, end - kPhrase.size(), 0));
  return true;
}

bool CutSignIn(std::string_view line, std::string* rest) {
  const size_t end = EndOfPhrase(line, 0, "sign-in");
  if (end == line.npos) return false;
  uint32_t length = 0;
  const bool is_white = end < line.size() && IsWhiteSpace(DecodeValid(line.data() + end, &length));
  *rest = line.substr(end + (is_white ? length : 0));
  return true;
}

}  // namespace owt::filter
