#include "stages/text/normalize.h"

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/stringpiece.h>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "pipeline/error.h"
#include "stages/text/utf8.h"

namespace owt::text {
namespace {

// Longer runs of combining marks are put into canonical order before ICU sees them; it sorts by
// insertion, even to say that a text is not normal. No text written by people comes near (the
// stream-safe format of UAX #15 says 30).
constexpr size_t kLongRun = 64;

void ThrowIfFailed(UErrorCode status) {
  if (U_FAILURE(status)) {
    throw Error(ErrorKind::kExternal, std::string("ICU cannot normalize: ") + u_errorName(status));
  }
}

// Asked for once: all other threads come behind the one that has ICU load its tables, in a way that
// the thread sanitizer sees too.
const icu::Normalizer2& Nfc() {
  static const icu::Normalizer2& nfc = []() -> const icu::Normalizer2& {
    UErrorCode status = U_ZERO_ERROR;
    const icu::Normalizer2* instance = icu::Normalizer2::getNFCInstance(status);
    ThrowIfFailed(status);
    return *instance;
  }();
  return nfc;
}

icu::StringPiece Piece(std::string_view text) {
  return {text.data(), static_cast<int32_t>(text.size())};
}

// The marks that `c` stands for: itself, or for the three characters whose decomposition starts
// with a mark but which count as bases, their two parts. Empty: not a mark.
std::u32string_view MarksOf(const icu::Normalizer2& nfc, const char32_t& c) {
  if (c == 0x0F73) return U"\u0F71\u0F72";
  if (c == 0x0F75) return U"\u0F71\u0F74";
  if (c == 0x0F81) return U"\u0F71\u0F80";
  if (c < 0x300 || nfc.getCombiningClass(static_cast<UChar32>(c)) == 0) return {};
  return {&c, 1};
}

// Writes `marks` in canonical order (stable by combining class) and empties it.
void AppendSorted(const icu::Normalizer2& nfc, std::vector<char32_t>* marks, std::string* out) {
  if (marks->size() > kLongRun) {
    std::vector<std::pair<uint8_t, char32_t>> keyed;
    for (const char32_t c : *marks) {
      keyed.emplace_back(nfc.getCombiningClass(static_cast<UChar32>(c)), c);
    }
    std::stable_sort(keyed.begin(), keyed.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    std::transform(keyed.begin(), keyed.end(), marks->begin(),
                   [](const auto& mark) { return mark.second; });
  }
  for (const char32_t c : *marks) AppendUtf8(c, out);
  marks->clear();
}

// `text` with all runs of marks written out and the long ones sorted; canonically equivalent.
std::string SortLongRuns(const icu::Normalizer2& nfc, std::string_view text) {
  std::string out;
  std::vector<char32_t> marks;
  for (size_t i = 0; i < text.size();) {
    const Utf8Char c = DecodeUtf8(text, i);
    const std::u32string_view mark = MarksOf(nfc, c.code_point);
    if (mark.empty()) {
      AppendSorted(nfc, &marks, &out);
      out.append(text, i, c.length);
    } else {
      marks.insert(marks.end(), mark.begin(), mark.end());
    }
    i += c.length;
  }
  AppendSorted(nfc, &marks, &out);
  return out;
}

bool HasLongRun(const icu::Normalizer2& nfc, std::string_view text) {
  size_t run = 0;
  for (size_t i = 0; i < text.size();) {
    if (static_cast<uint8_t>(text[i]) < 0xCC) {  // below U+0300, or inside a character that is
      run = 0;
      ++i;
      continue;
    }
    const Utf8Char c = DecodeUtf8(text, i);
    run = MarksOf(nfc, c.code_point).empty() ? 0 : run + 1;
    if (run > kLongRun / 2) return true;
    i += c.length;
  }
  return false;
}

}  // namespace

bool NormalizeNfc(std::string_view text, std::string* out) {
  const icu::Normalizer2& nfc = Nfc();
  const std::string_view original = text;
  std::string sorted;
  if (HasLongRun(nfc, text)) {
    sorted = SortLongRuns(nfc, text);
    text = sorted;
  }
  UErrorCode status = U_ZERO_ERROR;
  const bool is_normal = nfc.isNormalizedUTF8(Piece(text), status);
  ThrowIfFailed(status);
  if (is_normal && text == original) return false;
  out->clear();
  icu::StringByteSink<std::string> sink(out);
  nfc.normalizeUTF8(0, Piece(text), sink, nullptr, status);
  ThrowIfFailed(status);
  return *out != original;
}

}  // namespace owt::text
