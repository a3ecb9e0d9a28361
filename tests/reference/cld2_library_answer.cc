#include "tests/reference/cld2_library_answer.h"

#include <fmt/format.h>

namespace owt::reference {
namespace {

std::string Words(const langdetect::Cld2Answer& answer) {
  std::string words = answer.reliable ? "reliable" : "not reliable";
  words += fmt::format(", {} bytes:", answer.text_bytes);
  for (size_t i = 0; i < answer.languages.size(); ++i) {
    words += fmt::format(" {} {}% {}", CLD2::LanguageCode(answer.languages[i]), answer.percents[i],
                         answer.scores[i]);
  }
  return words;
}

}  // namespace

langdetect::Cld2Answer AskCld2Library(const std::string& text, const CLD2::CLDHints& hints,
                                      int flags) {
  constexpr bool kPlainText = true;
  langdetect::Cld2Answer answer;
  CLD2::ExtDetectLanguageSummary(text.c_str(), static_cast<int>(text.size()), kPlainText, &hints,
                                 flags, answer.languages.data(), answer.percents.data(),
                                 answer.scores.data(), nullptr, &answer.text_bytes,
                                 &answer.reliable);
  return answer;
}

std::string Cld2Difference(const std::string& text, const CLD2::CLDHints& hints, int flags) {
  const langdetect::Cld2Answer ours = langdetect::AskCld2(text, hints, flags);
  const langdetect::Cld2Answer wanted = AskCld2Library(text, hints, flags);
  if (ours == wanted) return {};
  return fmt::format("owt {}; libcld2 {}", Words(ours), Words(wanted));
}

}  // namespace owt::reference
