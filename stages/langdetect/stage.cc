// `owt langdetect`: writes each text's language beside it, or keeps the texts of some languages.
#include <fmt/format.h>
#include <fmt/ranges.h>

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
#include "stages/langdetect/judge.h"

namespace owt::stages {
namespace {

using langdetect::Judge;
using langdetect::Judgement;
using langdetect::Policy;

class LabelMap : public MapTransform {
 public:
  LabelMap(std::unique_ptr<Judge> judge, float min_score)
      : judge_(std::move(judge)), min_score_(min_score) {}

  Verdict Apply(Document& document) const override {
    Label(judge_->Of(document), &document);
    return Verdict::Keep();
  }

  Explanation Explain(Document& document) const override {
    const Judgement judgement = judge_->Of(document);
    Label(judgement, &document);
    std::string details = fmt::format("language {}, score {}", judgement.label, judgement.score);
    if (judgement.score < min_score_) details += fmt::format(", at least {}: und", min_score_);
    return {Verdict::Keep(), details};
  }

 private:
  void Label(const Judgement& judgement, Document* document) const {
    document->SetString("language", judgement.score < min_score_ ? "und" : judgement.label);
    // The shortest decimal number for a float, which is not that for the same double.
    document->SetJson("language_score", fmt::format("{}", judgement.score));
  }

  std::unique_ptr<Judge> judge_;
  float min_score_;
};

class KeepMap : public MapTransform {
 public:
  KeepMap(std::unique_ptr<Judge> judge, std::vector<std::string> languages, float min_score)
      : judge_(std::move(judge)), languages_(std::move(languages)), min_score_(min_score) {}

  Verdict Apply(Document& document) const override { return VerdictOn(judge_->Of(document)); }

  Explanation Explain(Document& document) const override {
    const Judgement judgement = judge_->Of(document);
    const Verdict verdict = VerdictOn(judgement);
    std::string details = fmt::format("{}, score {}", judgement.label, judgement.score);
    if (verdict.drop_reason == "language") {
      details += fmt::format(", kept: {}", fmt::join(languages_, ", "));
    } else if (!verdict.keep()) {
      details += fmt::format(", at least {}", min_score_);
    }
    return {verdict, details};
  }

 private:
  Verdict VerdictOn(const Judgement& judgement) const {
    const bool wanted = std::any_of(
        languages_.begin(), languages_.end(), [&judgement](const std::string& language) {
          return language == judgement.code || language == judgement.label;
        });
    if (!wanted) return Verdict::Drop("language");
    return judgement.score < min_score_ ? Verdict::Drop("language_score") : Verdict::Keep();
  }

  std::unique_ptr<Judge> judge_;
  std::vector<std::string> languages_;
  float min_score_;
};

// "en,de" as "en", "de"; throws for what the judge never says.
std::vector<std::string> ParseLanguages(const std::vector<std::string>& lists, const Judge& judge) {
  std::vector<std::string> languages;
  for (std::string_view list : lists) {
    while (true) {
      const size_t comma = list.find(',');
      const std::string_view code = list.substr(0, comma);
      if (!judge.Knows(code)) {
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
            "Codes with commas between them, such as en,de, or the model's own labels. Kept "
            "records are not changed. und stands for texts whose language is not certain. Without "
            "--keep every record gets the fields language and language_score.")
        .Real("min-score", &min_score_, 0, 1, "a language with less than this score is not certain")
        .Detail(
            "Such texts are und or, with --keep, dropped as language_score. The score is CLD2's "
            "share of the text in that language or, with a model, the model's probability.");
    options.Group("Detectors")
        .File("model", &model_, "a fastText model of languages, such as lid.176.ftz")
        .Detail("Any .bin or .ftz of fastText's classifiers: lid.176, GlotLID, OpenLID, your own.")
        .Choice("policy", &policy_, {"auto", "cld2", "model", "both"}, "who names the language")
        .Detail(
            "auto is the model where there is one, else CLD2. With both the model's answer counts "
            "where CLD2's best effort is the same language; else the text is und.")
        .Flag("hints", &hints_, "tell CLD2 the URL's top level domain and content_language")
        .Detail("That is what stands in the record's fields url and content_language.");
    options.Example("owt langdetect --keep en cleaned.json english.json", "English alone");
    options.Example("owt langdetect cleaned.json",
                    "adds language and language_score to all records");
    options.Example("owt langdetect --model lid.176.ftz --policy both --keep en short.json en.json",
                    "for short texts: two detectors must agree");
  }

  std::unique_ptr<MapTransform> MakeMap() override {
    auto judge = MakeJudge();
    const auto min_score = static_cast<float>(min_score_);
    if (keep_.empty()) return std::make_unique<LabelMap>(std::move(judge), min_score);
    auto languages = ParseLanguages(keep_, *judge);
    return std::make_unique<KeepMap>(std::move(judge), std::move(languages), min_score);
  }

  void Run(RunContext& context) override { formats::RunDocuments(context, MakeMap()); }

 private:
  std::unique_ptr<Judge> MakeJudge() const {
    const bool with_model = !model_.empty();
    Policy policy = with_model ? Policy::kModel : Policy::kCld2;
    if (policy_ == "cld2") policy = Policy::kCld2;
    if (policy_ == "model") policy = Policy::kModel;
    if (policy_ == "both") policy = Policy::kBoth;
    if (policy == Policy::kCld2 && with_model) {
      throw Error(ErrorKind::kUsage, "--policy cld2 asks no model; leave out --model");
    }
    if (policy != Policy::kCld2 && !with_model) {
      throw Error(ErrorKind::kUsage, fmt::format("--policy {} needs --model", policy_));
    }
    if (policy == Policy::kModel && hints_) {
      throw Error(ErrorKind::kUsage, "--hints are for CLD2, which is not asked; see --policy");
    }
    auto model = with_model ? std::make_unique<langdetect::LanguageModel>(model_) : nullptr;
    return std::make_unique<Judge>(policy, std::move(model), hints_);
  }

  std::vector<std::string> keep_;
  double min_score_ = 0;
  std::string model_;
  std::string policy_ = "auto";
  bool hints_ = false;
};

}  // namespace

std::unique_ptr<Stage> MakeLangdetect() { return std::make_unique<Langdetect>(); }

}  // namespace owt::stages
