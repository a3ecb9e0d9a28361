#include "stages/langdetect/detect_language.h"

#include <cstdio>  // the next header uses FILE

#include <cld2/public/compact_lang_det.h>
#include <cld2/public/encodings.h>

#include <cstdint>

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

// CLD2 refuses text with controls and noncharacters; here they count as spaces. Same length, so
// that shares of the text stay what they are.
std::string WithoutControls(std::string_view text) {
  std::string out(text);
  for (size_t i = 0; i < text.size();) {
    const text::Utf8Char c = text::DecodeUtf8(text, i);
    const bool kept = c.code_point == '\t' || c.code_point == '\n' || c.code_point == '\f' ||
                      c.code_point == '\r' || (c.code_point >= 0x20 && c.code_point < 0x7F);
    const bool control = c.code_point < 0xA0 && !kept;
    const bool nonchar =
        (c.code_point >= 0xFDD0 && c.code_point <= 0xFDEF) || (c.code_point & 0xFFFE) == 0xFFFE;
    if (control || nonchar || !c.valid) out.replace(i, c.length, c.length, ' ');
    i += c.length;
  }
  return out;
}

struct Answer {
  CLD2::Language languages[3];
  int percents[3];
  bool reliable;
  bool accepted;  // false: the text holds characters that CLD2 refuses
};

Answer Ask(std::string_view text) {
  constexpr int kNoFlags = 0;
  constexpr bool kPlainText = true;
  const CLD2::CLDHints no_hints = {nullptr, nullptr, CLD2::UNKNOWN_ENCODING,
                                   CLD2::UNKNOWN_LANGUAGE};
  Answer answer{};
  double scores[3];
  int text_bytes = 0;
  int valid_bytes = 0;
  const auto size = static_cast<int>(text.size());
  CLD2::ExtDetectLanguageSummaryCheckUTF8(text.data(), size, kPlainText, &no_hints, kNoFlags,
                                          answer.languages, answer.percents, scores, nullptr,
                                          &text_bytes, &answer.reliable, &valid_bytes);
  answer.accepted = valid_bytes == size;
  return answer;
}

}  // namespace

DetectedLanguage DetectLanguage(std::string_view text) {
  Answer answer = Ask(text);
  if (!answer.accepted) answer = Ask(WithoutControls(text));
  DetectedLanguage detected;
  detected.score = answer.percents[0] / 100.0;
  if (answer.reliable) detected.code = ModernCode(CLD2::LanguageCode(answer.languages[0]));
  return detected;
}

bool IsKnownLanguage(std::string_view code) {
  for (int i = 0; i < CLD2::NUM_LANGUAGES; ++i) {
    if (ModernCode(CLD2::LanguageCode(static_cast<CLD2::Language>(i))) == code) return true;
  }
  return false;
}

std::string DetectorVersion() { return CLD2::DetectLanguageVersion(); }

}  // namespace owt::langdetect
