#include "stages/langdetect/detect_language.h"

#include <algorithm>
#include <cstdint>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "pipeline/utf8.h"
#include "stages/langdetect/cld2_answer.h"
#include "stages/langdetect/cld2_library.h"
#include "stages/langdetect/cld2_tables.h"

// CLD2 (https://github.com/CLD2Owners/cld2): naive Bayes over quadgrams and words for alphabets
// with several languages, single characters for Chinese, Japanese and Korean, the script for the
// rest.

namespace owt::langdetect {
namespace {

// Codes that BCP 47 has replaced since CLD2's tables were made, scripts that CLD2 reports as
// languages of their own ("xx-Copt"), and its joke languages ("zzb").
std::string ModernCode(std::string_view code) {
  if (code == "iw") return "he";
  if (code == "jw") return "jv";
  if (code.empty() || code == "un" || code.starts_with("xx") || code.starts_with("zz")) {
    return "und";
  }
  return std::string(code);
}

// CLD2 is not made for controls and noncharacters (its own check refuses a text with any).
bool IsRefused(const Utf8Char& c) {
  const bool kept = c.code_point == '\t' || c.code_point == '\n' || c.code_point == '\f' ||
                    c.code_point == '\r' || (c.code_point >= 0x20 && c.code_point < 0x7F);
  const bool control = c.code_point < 0xA0 && !kept;
  const bool nonchar =
      (c.code_point >= 0xFDD0 && c.code_point <= 0xFDEF) || (c.code_point & 0xFFFE) == 0xFFFE;
  return control || nonchar || !c.valid;
}

// Whether a character that begins with this byte can be one of them.
bool MayBeRefused(char byte) {
  const auto b = static_cast<uint8_t>(byte);
  const bool blank = b == '\t' || b == '\n' || b == '\f' || b == '\r';
  return (b < 0x20 && !blank) || b == 0x7F || b == 0xC2 || b >= 0xEF;
}

constexpr size_t kBlock = 32;  // bytes looked at together

#if defined(__SSE2__)  // every x86-64

__m128i RefusedOf(__m128i bytes) {
  const auto equal = [bytes](char c) { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)); };
  const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1F)), bytes);
  const __m128i blank =
      _mm_or_si128(_mm_or_si128(equal('\t'), equal('\n')), _mm_or_si128(equal('\f'), equal('\r')));
  const __m128i lead =
      _mm_cmpeq_epi8(_mm_max_epu8(bytes, _mm_set1_epi8(static_cast<char>(0xEF))), bytes);
  return _mm_or_si128(_mm_or_si128(_mm_andnot_si128(blank, control), lead),
                      _mm_or_si128(equal(0x7F), equal(static_cast<char>(0xC2))));
}

// Of kBlock bytes.
bool AnyMayBeRefused(const char* at) {
  const auto* const blocks = reinterpret_cast<const __m128i*>(at);
  return _mm_movemask_epi8(_mm_or_si128(RefusedOf(_mm_loadu_si128(blocks)),
                                        RefusedOf(_mm_loadu_si128(blocks + 1)))) != 0;
}

#else

bool AnyMayBeRefused(const char* at) { return std::any_of(at, at + kBlock, MayBeRefused); }

#endif

bool HoldsRefused(std::string_view text) {
  for (size_t begin = 0; begin < text.size(); begin += kBlock) {
    const size_t end = std::min(begin + kBlock, text.size());
    if (end - begin == kBlock && !AnyMayBeRefused(text.data() + begin)) continue;
    for (size_t i = begin; i < end; ++i) {
      if (MayBeRefused(text[i]) && IsRefused(DecodeUtf8(text, i))) return true;
    }
  }
  return false;
}

// With a space for each of their bytes, so that shares of the text stay what they are.
std::string WithoutRefused(std::string_view text) {
  std::string out(text);
  for (size_t i = 0; i < text.size();) {
    const Utf8Char c = DecodeUtf8(text, i);
    if (IsRefused(c)) out.replace(i, c.length, c.length, ' ');
    i += c.length;
  }
  return out;
}

const char* OrNull(const std::string& hint) { return hint.empty() ? nullptr : hint.c_str(); }

}  // namespace

DetectedLanguage DetectLanguage(std::string_view text, const Cld2Options& options) {
  std::string blanked;
  if (HoldsRefused(text)) {
    blanked = WithoutRefused(text);
    text = blanked;
  }
  const int flags = options.best_effort ? CLD2::kCLDFlagBestEffort : 0;
  const CLD2::CLDHints hints = {OrNull(options.content_language), OrNull(options.top_level_domain),
                                CLD2::UNKNOWN_ENCODING, CLD2::UNKNOWN_LANGUAGE};
  const Cld2Answer answer = AskCld2(text, hints, flags);
  DetectedLanguage detected;
  detected.score = static_cast<float>(answer.percents[0]) / 100;
  if (answer.reliable) detected.code = ModernCode(CLD2::LanguageCode(answer.languages[0]));
  return detected;
}

void LoadDetector() { Cld2Tables::Get(); }

bool IsKnownLanguage(std::string_view code) {
  for (int i = 0; i < CLD2::NUM_LANGUAGES; ++i) {
    if (ModernCode(CLD2::LanguageCode(static_cast<CLD2::Language>(i))) == code) return true;
  }
  return false;
}

std::string DetectorVersion() { return CLD2::DetectLanguageVersion(); }

}  // namespace owt::langdetect
