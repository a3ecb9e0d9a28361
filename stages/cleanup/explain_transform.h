#pragma once

#include <oneapi/tbb/enumerable_thread_specific.h>

#include <memory>

#include "formats/document_map.h"
#include "pipeline/batch.h"
#include "pipeline/context.h"
#include "stages/cleanup/clean_text.h"

namespace owt::cleanup {

// A map of cleanup that also says, in BatchResult::aux, what was done to each text that changed,
// one line of JSON a document, also where the document is dropped afterwards:
//   {"file":F,"offset":N,"url":U,"segments":[...]}
// `segments` as AppendPlans writes them. The texts are cleaned a second time for that.
class ExplainTransform : public BatchTransform {
 public:
  ExplainTransform(const RunContext& context, std::unique_ptr<MapTransform> map,
                   const CleanOptions& options);

  void Apply(const Batch& batch, BatchResult* result) const override;

 private:
  struct Workplace {
    DocumentParser parser;
    Document document;
  };

  const RunContext& context_;
  formats::DocumentMap map_;
  TextCleaner cleaner_;
  mutable oneapi::tbb::enumerable_thread_specific<Workplace> workplaces_;
};

}  // namespace owt::cleanup
