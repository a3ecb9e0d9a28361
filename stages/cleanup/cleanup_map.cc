#include "stages/cleanup/cleanup_map.h"

#include <string>
#include <string_view>
#include <utility>

#include "formats/document.h"
#include "formats/gpt2_vocab.h"
#include "stages/cleanup/token_minimum.h"

namespace owt::cleanup {

CleanupMap::CleanupMap(const CleanupRules& rules)
    : rules_(rules),
      cleaner_(rules.repairs),
      model_(formats::Gpt2Vocab::Embedded()),
      scratches_([this] {
        return Scratch{text::BpeEncoder(model_), {}};
      }) {}

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
  const bool enough = ReachesTokens(document.text(), rules_.min_tokens, &scratch.encoder);
  return enough ? Verdict::Keep() : Verdict::Drop("too_few_tokens");
}

}  // namespace owt::cleanup
