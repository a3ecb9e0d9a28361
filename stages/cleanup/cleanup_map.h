#pragma once

#include <oneapi/tbb/enumerable_thread_specific.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "pipeline/transform.h"
#include "stages/cleanup/clean_text.h"
#include "stages/cleanup/fix_tasks.h"
#include "stages/text/bpe_encoder.h"

namespace owt::cleanup {

struct CleanupRules {
  CleanOptions repairs;
  FixTasks tasks;           // where there is any: in place of the repairs
  uint64_t min_tokens = 0;  // fewer are dropped: too_few_tokens
  bool explain = false;     // remember plans; not with tasks
};

// The step per document.
class CleanupMap : public MapTransform {
 public:
  explicit CleanupMap(const CleanupRules& rules);

  Verdict Apply(Document& document) const override;
  Explanation Explain(Document& document) const override;

  bool replaces_surrogates() const override { return rules_.repairs.fix_surrogates; }

  // What was done to the text of this thread's last document; empty if it did not change. Of
  // repairs that explain.
  const std::vector<SegmentPlan>& last_plans() const { return scratches_.local().plans; }

 private:
  struct Scratch {
    std::optional<text::BpeEncoder> encoder;  // caches, which do not decide any count
    std::vector<SegmentPlan> plans;
  };

  void Repair(Document* document, std::vector<SegmentPlan>* plans) const;

  CleanupRules rules_;
  TextCleaner cleaner_;
  std::optional<text::BpeModel> model_;  // where tokens are counted
  mutable oneapi::tbb::enumerable_thread_specific<Scratch> scratches_;
};

}  // namespace owt::cleanup
