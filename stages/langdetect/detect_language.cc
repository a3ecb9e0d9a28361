#include "stages/langdetect/detect_language.h"

#include <algorithm>
#include <cstdint>

#include "stages/langdetect/cld2_answer.h"
#include "stages/langdetect/cld2_library.h"
#include "stages/langdetect/cld2_tables.h"
#include "stages/text/utf8.h"

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
bool IsRefused(const text::Utf8Char& c) {
  const bool kept = c.code_point == '\t' || c.code_point == '\n' || c.code_point == '\f' ||
                    c.code_point == '\r' || (c.code_point >= 0x20 && c.code_point < 0x7F);
  const bool control = c.code_point < 0xA0 && !kept;
  const bool nonchar =
      (c.code_point >= 0xFDD0 && c.code_point <= 0xFDEF) || (c.code_point & 0xFFFE) == 0xFFFE;
  return control || nonchar || !c.valid;
}

// Whether a character that begins with this byte can be one of them.
uint8_t MayBeRefused(char byte) {
  const auto b = static_cast<uint8_t>(byte);
  const auto blank = static_cast<uint8_t>((b == '\t') | (b == '\n') | (b == '\f') | (b == '\r'));
  return static_cast<uint8_t>(((b < 0x20) & !blank) | (b == 0x7F) | (b == 0xC2) | (b >= 0xEF));
}

bool HoldsRefused(std::string_view text) {
  constexpr size_t kBlock = 32;  // bytes looked at together
  for (size_t begin = 0; begin < text.size(); begin += kBlock) {
    const size_t end = std::min(begin + kBlock, text.size());
    uint8_t any = 0;
    if (end - begin == kBlock) {
      for (size_t i = 0; i < kBlock; ++i) any |= MayBeRefused(text[begin + i]);
      if (any == 0) continue;
    }
    for (size_t i = begin; i < end; ++i) {
      if (MayBeRefused(text[i]) != 0 && IsRefused(text::DecodeUtf8(text, i))) return true;
    }
  }
  return false;
}

// With a space for each of their bytes, so that shares of the text stay what they are.
std::string WithoutRefused(std::string_view text) {
  std::string out(text);
  for (size_t i = 0; i < text.size();) {
    const text::Utf8Char c = text::DecodeUtf8(text, i);
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
