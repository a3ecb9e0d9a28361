#pragma once

#include <oneapi/tbb/enumerable_thread_specific.h>

#include "formats/document.h"
#include "pipeline/batch.h"
#include "pipeline/context.h"
#include "stages/cleanup/cleanup_map.h"

namespace owt::cleanup {

// A CleanupMap over batches of jsonl that also says, in BatchResult::aux, what was done to each
// text that changed, one line of JSON a document, also where the document is dropped afterwards:
//   {"file":F,"offset":N,"url":U,"segments":[...]}
// `segments` as AppendPlans writes them.
class ExplainTransform : public BatchTransform {
 public:
  // Both must outlive the transform; the map explains.
  ExplainTransform(const RunContext& context, const CleanupMap& map);

  void Apply(const Batch& batch, BatchResult* result) const override;

 private:
  struct Workplace {
    DocumentParser parser;
    Document document;
  };

  void Explain(const Batch& batch, size_t begin, std::string_view original,
               const Document& document, std::string* out) const;

  const RunContext& context_;
  const CleanupMap& map_;
  mutable oneapi::tbb::enumerable_thread_specific<Workplace> workplaces_;
};

}  // namespace owt::cleanup
