#include "stages/text/normalize.h"

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/stringpiece.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>

#include <array>
#include <cstdint>
#include <vector>

#include "pipeline/error.h"
#include "pipeline/utf8.h"

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

bool IsCompatible(NormalForm form) {
  return form == NormalForm::kNfkc || form == NormalForm::kNfkd;
}

// The canonical combining class, from a table for what ICU is slow to be asked about.
uint8_t CombiningClassOf(char32_t c) {
  constexpr char32_t kEnd = 0x20000;  // no mark from here on
  static const std::vector<uint8_t> classes = [] {
    const icu::Normalizer2& normalizer = NormalizerOf(NormalForm::kNfc);
    std::vector<uint8_t> table(kEnd);
    for (char32_t i = 0; i < kEnd; ++i)
      table[i] = normalizer.getCombiningClass(static_cast<UChar32>(i));
    return table;
  }();
  return c < kEnd ? classes[c] : u_getCombiningClass(static_cast<UChar32>(c));
}

// The character at text[i]; most marks are two bytes.
Utf8Char ReadMark(std::string_view text, size_t i) {
  const auto lead = static_cast<uint8_t>(text[i]);
  if (lead < 0xC0 || lead >= 0xE0) return DecodeUtf8(text, i);
  return {static_cast<char32_t>((lead & 0x1F) << 6 | (text[i + 1] & 0x3F)), 2, true};
}

// The marks that `c` stands for: itself, or for the three characters whose decomposition starts
// with a mark but which count as bases, their two parts; likewise the two halfwidth marks, which
// the compatibility forms replace and which the others leave where they are, each being a base.
// Empty: not a mark.
std::u32string_view MarksOf(bool compatible, const char32_t& c) {
  if (c < 0x300) return {};
  if (c == 0x0F73) return U"\u0F71\u0F72";
  if (c == 0x0F75) return U"\u0F71\u0F74";
  if (c == 0x0F81) return U"\u0F71\u0F80";
  if (c == 0xFF9E && compatible) return U"\u3099";
  if (c == 0xFF9F && compatible) return U"\u309A";
  if (CombiningClassOf(c) == 0) return {};
  return {&c, 1};
}

// Writes `marks` in canonical order (stable by combining class: counted, then dealt out) and
// empties it.
void AppendSorted(std::vector<char32_t>* marks, std::string* out) {
  if (marks->size() > kLongRun) {
    std::array<size_t, 257> places{};  // by class: how many have a lower one
    for (const char32_t c : *marks) ++places[CombiningClassOf(c) + 1u];
    for (size_t i = 1; i < places.size(); ++i) places[i] += places[i - 1];
    std::vector<char32_t> sorted(marks->size());
    for (const char32_t c : *marks) sorted[places[CombiningClassOf(c)]++] = c;
    marks->swap(sorted);
  }
  for (const char32_t c : *marks) AppendUtf8(c, out);
  marks->clear();
}

// `text` with all runs of marks written out and the long ones sorted; canonically equivalent.
std::string SortLongRuns(bool compatible, std::string_view text) {
  std::string out;
  out.reserve(text.size());
  std::vector<char32_t> marks;
  for (size_t i = 0; i < text.size();) {
    const Utf8Char c = ReadMark(text, i);
    const std::u32string_view mark = MarksOf(compatible, c.code_point);
    if (mark.empty()) {
      AppendSorted(&marks, &out);
      out.append(text, i, c.length);
    } else {
      marks.insert(marks.end(), mark.begin(), mark.end());
    }
    i += c.length;
  }
  AppendSorted(&marks, &out);
  return out;
}

// Whether a run of many marks is not in canonical order; then the text is in no normal form.
bool HasLongRunInDisorder(bool compatible, std::string_view text) {
  size_t run = 0;
  uint8_t last_class = 0;
  bool disorder = false;
  for (size_t i = 0; i < text.size();) {
    if (static_cast<uint8_t>(text[i]) < 0xCC) {  // below U+0300, or inside a character that is
      run = 0;
      ++i;
      continue;
    }
    const Utf8Char c = ReadMark(text, i);
    const std::u32string_view marks = MarksOf(compatible, c.code_point);
    if (marks.empty() || run == 0) {
      disorder = false;
      last_class = 0;
    }
    run = marks.empty() ? 0 : run + 1;
    for (const char32_t mark : marks) {
      const uint8_t mark_class = CombiningClassOf(mark);
      disorder |= mark_class < last_class;
      last_class = mark_class;
    }
    if (run > kLongRun / 2 && disorder) return true;
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
  const bool compatible = IsCompatible(form);
  UErrorCode status = U_ZERO_ERROR;
  std::string sorted;
  if (HasLongRunInDisorder(compatible, text)) {
    sorted = SortLongRuns(compatible, text);
    text = sorted;
  } else if (normalizer.isNormalizedUTF8(Piece(text), status)) {
    return false;
  }
  ThrowIfFailed(status);
  out->clear();
  icu::StringByteSink<std::string> sink(out);
  normalizer.normalizeUTF8(0, Piece(text), sink, nullptr, status);
  ThrowIfFailed(status);
  return *out != original;
}

}  // namespace owt::text
