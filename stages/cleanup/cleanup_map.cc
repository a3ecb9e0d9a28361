#include "stages/cleanup/cleanup_map.h"

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>

#include "formats/document.h"
#include "formats/gpt2_vocab.h"
#include "pipeline/utf8.h"
#include "stages/cleanup/explain.h"
#include "stages/cleanup/token_minimum.h"

namespace owt::cleanup {

CleanupMap::CleanupMap(const CleanupRules& rules)
    : rules_(rules), cleaner_(rules.repairs), scratches_([this] {
        Scratch scratch;
        if (model_) scratch.encoder.emplace(*model_);
        return scratch;
      }) {
  if (rules.min_tokens > 0) model_.emplace(formats::Gpt2Vocab::Embedded());
}

void CleanupMap::Repair(Document* document, std::vector<SegmentPlan>* plans) const {
  plans->clear();
  std::string text;
  if (cleaner_.Clean(document->text(), &text, rules_.explain ? plans : nullptr)) {
    document->SetText(std::move(text));
  } else {
    plans->clear();
  }
}

Verdict CleanupMap::Apply(Document& document) const {
  Scratch& scratch = scratches_.local();
  if (rules_.tasks.any()) {
    std::string text(document.text());
    const std::string_view reason =
        RunFixTasks(rules_.tasks, cleaner_, document.Json("language"), &text);
    if (!reason.empty()) return Verdict::Drop(reason);
    if (text != document.text()) document.SetText(std::move(text));
  } else {
    Repair(&document, &scratch.plans);
  }
  if (!model_) return Verdict::Keep();
  const bool enough = ReachesTokens(document.text(), rules_.min_tokens, &*scratch.encoder);
  return enough ? Verdict::Keep() : Verdict::Drop("too_few_tokens");
}

Explanation CleanupMap::Explain(Document& document) const {
  const std::string before(document.text());
  std::vector<SegmentPlan> plans;
  if (std::string cleaned; !rules_.tasks.any()) cleaner_.Clean(before, &cleaned, &plans);
  const Verdict verdict = Apply(document);
  if (verdict.keep()) return {verdict, PlansText(plans)};
  if (verdict.drop_reason != "too_few_tokens") {
    return {verdict, fmt::format("{} characters", CountCodePoints(before))};
  }
  const uint64_t tokens = scratches_.local().encoder->CountTokens(document.text()) + 1;
  return {verdict, fmt::format("{} tokens with the end of the document, at least {}", tokens,
                               rules_.min_tokens)};
}

}  // namespace owt::cleanup
