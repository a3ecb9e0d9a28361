#include "stages/text/normalize.h"

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/stringpiece.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>

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

using GetInstance = const icu::Normalizer2* (*)(UErrorCode&);

template <GetInstance get>
const icu::Normalizer2& Instance() {
  static const icu::Normalizer2& normalizer = []() -> const icu::Normalizer2& {
    UErrorCode status = U_ZERO_ERROR;
    const icu::Normalizer2* instance = get(status);
    ThrowIfFailed(status);
    return *instance;
  }();
  return normalizer;
}

// Asked for once: all other threads come behind the one that has ICU load its tables, in a way that
// the thread sanitizer sees too.
const icu::Normalizer2& NormalizerOf(NormalForm form) {
  switch (form) {
    case NormalForm::kNfc:
      return Instance<&icu::Normalizer2::getNFCInstance>();
    case NormalForm::kNfd:
      return Instance<&icu::Normalizer2::getNFDInstance>();
    case NormalForm::kNfkc:
      return Instance<&icu::Normalizer2::getNFKCInstance>();
    case NormalForm::kNfkd:
      return Instance<&icu::Normalizer2::getNFKDInstance>();
  }
  throw Error(ErrorKind::kInternal, "an unknown normal form");
}

icu::StringPiece Piece(std::string_view text) {
  return {text.data(), static_cast<int32_t>(text.size())};
}

bool IsCompatible(const icu::Normalizer2& normalizer) {
  return &normalizer == &NormalizerOf(NormalForm::kNfkc) ||
         &normalizer == &NormalizerOf(NormalForm::kNfkd);
}

// The marks that `c` stands for: itself, or for the three characters whose decomposition starts
// with a mark but which count as bases, their two parts; likewise the two halfwidth marks, which
// the compatibility forms replace and which the others leave where they are, each being a base.
// Empty: not a mark.
std::u32string_view MarksOf(const icu::Normalizer2& normalizer, const char32_t& c) {
  if (c == 0x0F73) return U"\u0F71\u0F72";
  if (c == 0x0F75) return U"\u0F71\u0F74";
  if (c == 0x0F81) return U"\u0F71\u0F80";
  if (c == 0xFF9E && IsCompatible(normalizer)) return U"\u3099";
  if (c == 0xFF9F && IsCompatible(normalizer)) return U"\u309A";
  if (c < 0x300 || normalizer.getCombiningClass(static_cast<UChar32>(c)) == 0) return {};
  return {&c, 1};
}

// Writes `marks` in canonical order (stable by combining class) and empties it.
void AppendSorted(const icu::Normalizer2& normalizer, std::vector<char32_t>* marks,
                  std::string* out) {
  if (marks->size() > kLongRun) {
    std::vector<std::pair<uint8_t, char32_t>> keyed;
    for (const char32_t c : *marks) {
      keyed.emplace_back(normalizer.getCombiningClass(static_cast<UChar32>(c)), c);
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
std::string SortLongRuns(const icu::Normalizer2& normalizer, std::string_view text) {
  std::string out;
  std::vector<char32_t> marks;
  for (size_t i = 0; i < text.size();) {
    const Utf8Char c = DecodeUtf8(text, i);
    const std::u32string_view mark = MarksOf(normalizer, c.code_point);
    if (mark.empty()) {
      AppendSorted(normalizer, &marks, &out);
      out.append(text, i, c.length);
    } else {
      marks.insert(marks.end(), mark.begin(), mark.end());
    }
    i += c.length;
  }
  AppendSorted(normalizer, &marks, &out);
  return out;
}

bool HasLongRun(const icu::Normalizer2& normalizer, std::string_view text) {
  size_t run = 0;
  for (size_t i = 0; i < text.size();) {
    if (static_cast<uint8_t>(text[i]) < 0xCC) {  // below U+0300, or inside a character that is
      run = 0;
      ++i;
      continue;
    }
    const Utf8Char c = DecodeUtf8(text, i);
    run = MarksOf(normalizer, c.code_point).empty() ? 0 : run + 1;
    if (run > kLongRun / 2) return true;
    i += c.length;
  }
  return false;
}

}  // namespace

bool IsNormalAnywhere(NormalForm form, char32_t code_point) {
  constexpr UProperty kQuickChecks[] = {UCHAR_NFC_QUICK_CHECK, UCHAR_NFD_QUICK_CHECK,
                                        UCHAR_NFKC_QUICK_CHECK, UCHAR_NFKD_QUICK_CHECK};
  const auto c = static_cast<UChar32>(code_point);
  return u_getIntPropertyValue(c, kQuickChecks[static_cast<int>(form)]) == UNORM_YES &&
         u_getCombiningClass(c) == 0;
}

bool Normalize(NormalForm form, std::string_view text, std::string* out) {
  const icu::Normalizer2& normalizer = NormalizerOf(form);
  const std::string_view original = text;
  std::string sorted;
  if (HasLongRun(normalizer, text)) {
    sorted = SortLongRuns(normalizer, text);
    text = sorted;
  }
  UErrorCode status = U_ZERO_ERROR;
  const bool is_normal = normalizer.isNormalizedUTF8(Piece(text), status);
  ThrowIfFailed(status);
  if (is_normal && text == original) return false;
  out->clear();
  icu::StringByteSink<std::string> sink(out);
  normalizer.normalizeUTF8(0, Piece(text), sink, nullptr, status);
  ThrowIfFailed(status);
  return *out != original;
}

}  // namespace owt::text
