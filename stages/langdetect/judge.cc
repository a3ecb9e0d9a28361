#include "stages/langdetect/judge.h"

#include <algorithm>
#include <utility>

#include "formats/document.h"
#include "stages/langdetect/detect_language.h"
#include "stages/langdetect/language_code.h"
#include "stages/text/url.h"

namespace owt::langdetect {
namespace {

bool IsAsciiLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// "de" of http://example.de/; empty for addresses of numbers.
std::string TopLevelDomain(std::string_view url) {
  const std::string_view host = text::LenientHost(url);
  const std::string_view domain = host.substr(host.rfind('.') + 1);
  const bool letters = std::all_of(domain.begin(), domain.end(), IsAsciiLetter);
  return letters && domain.size() < host.size() ? std::string(domain) : std::string();
}

// The value of an HTTP header Content-Language, such as "de-AT, en"; empty where the field is
// missing or something else.
std::string ContentLanguage(const Document& document) {
  constexpr size_t kMaxBytes = 256;
  const auto json = document.Json("content_language");
  if (!json || json->size() < 2 || json->size() > kMaxBytes || json->front() != '"') return {};
  std::string languages(json->substr(1, json->size() - 2));
  const bool plain = std::all_of(languages.begin(), languages.end(), [](char c) {
    return IsAsciiLetter(c) || IsDigit(c) || c == '-' || c == '_' || c == ',' || c == ' ';
  });
  return plain ? languages : std::string();
}

}  // namespace

Judge::Judge(Policy policy, std::unique_ptr<LanguageModel> model, bool with_hints)
    : policy_(policy), model_(std::move(model)), with_hints_(with_hints) {
  if (policy != Policy::kModel) LoadDetector();
}

Judgement Judge::Of(const Document& document) const {
  Cld2Options options;
  options.best_effort = policy_ == Policy::kBoth;
  if (with_hints_) {
    options.top_level_domain = TopLevelDomain(document.url());
    options.content_language = ContentLanguage(document);
  }
  if (policy_ == Policy::kCld2) {
    const DetectedLanguage detected = DetectLanguage(document.text(), options);
    return {detected.code, detected.code, detected.score};
  }
  const ModelAnswer answer = model_->Detect(document.text());
  if (answer.label.empty()) return {};
  Judgement judgement{"und", "und", answer.probability};
  const bool agreed =
      policy_ == Policy::kModel || PrimaryLanguage(DetectLanguage(document.text(), options).code) ==
                                       PrimaryLanguage(answer.code);
  if (agreed) {
    judgement.label = answer.label;
    judgement.code = answer.code;
  }
  return judgement;
}

bool Judge::Knows(std::string_view name) const {
  if (name == "und") return true;
  return policy_ == Policy::kCld2 ? IsKnownLanguage(name) : model_->Knows(name);
}

}  // namespace owt::langdetect
