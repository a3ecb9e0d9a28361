// `owt langdetect`: writes each text's language beside it, or keeps the texts of some languages.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "formats/document.h"
#include "formats/run_documents.h"
#include "pipeline/context.h"
#include "pipeline/error.h"
#include "pipeline/stage.h"
#include "stages/langdetect/detect_language.h"

namespace owt::stages {
namespace {

class LabelMap : public MapTransform {
 public:
  Verdict Apply(Document& document) const override {
    const langdetect::DetectedLanguage detected = langdetect::DetectLanguage(document.text());
    document.SetString("language", detected.code);
    document.SetNumber("language_score", detected.score);
    return Verdict::Keep();
  }
};

class KeepMap : public MapTransform {
 public:
  KeepMap(std::vector<std::string> languages, double min_score)
      : languages_(std::move(languages)), min_score_(min_score) {}

  Verdict Apply(Document& document) const override {
    const langdetect::DetectedLanguage detected = langdetect::DetectLanguage(document.text());
    if (std::find(languages_.begin(), languages_.end(), detected.code) == languages_.end()) {
      return Verdict::Drop("language");
    }
    return detected.score < min_score_ ? Verdict::Drop("language_score") : Verdict::Keep();
  }

 private:
  std::vector<std::string> languages_;
  double min_score_;
};

// "en,de" as "en", "de"; throws for what the detector never says.
std::vector<std::string> ParseLanguages(const std::vector<std::string>& lists) {
  std::vector<std::string> languages;
  for (std::string_view list : lists) {
    while (true) {
      const size_t comma = list.find(',');
      const std::string_view code = list.substr(0, comma);
      if (!langdetect::IsKnownLanguage(code)) {
        throw Error(ErrorKind::kUsage,
                    fmt::format("--keep: '{}' is no language that langdetect knows; it takes codes "
                                "such as en, pt, zh-Hant, or und",
                                code));
      }
      languages.emplace_back(code);
      if (comma == list.npos) break;
      list.remove_prefix(comma + 1);
    }
  }
  return languages;
}

class Langdetect : public Stage {
 public:
  void Declare(OptionSet& options) override {
    options.Group("Options")
        .List("keep", &keep_, "LANGS", "keep texts in these languages and drop all others")
        .Detail(
            "Codes with commas between them, such as en,de. Kept records are not changed. und "
            "stands for texts whose language is not certain. Without --keep every record gets "
            "the fields language and language_score.")
        .Real("min-score", &min_score_, 0, 1, "with --keep: least share of a text in its language");
    options.Example("owt langdetect --keep en cleaned.json english.json", "English alone");
    options.Example("owt langdetect cleaned.json",
                    "adds language and language_score to all records");
  }

  std::unique_ptr<MapTransform> MakeMap() override {
    if (!keep_.empty()) return std::make_unique<KeepMap>(ParseLanguages(keep_), min_score_);
    if (min_score_ > 0) {
      throw Error(ErrorKind::kUsage, "--min-score needs --keep: without it nothing is dropped");
    }
    return std::make_unique<LabelMap>();
  }

  void Run(RunContext& context) override { formats::RunDocuments(context, MakeMap()); }

 private:
  std::vector<std::string> keep_;
  double min_score_ = 0;
};

}  // namespace

std::unique_ptr<Stage> MakeLangdetect() { return std::make_unique<Langdetect>(); }

}  // namespace owt::stages
