#pragma once

#include <oneapi/tbb/enumerable_thread_specific.h>

#include <string>
#include <vector>

#include "formats/document.h"
#include "pipeline/batch.h"
#include "pipeline/context.h"
#include "stages/filter/filter_map.h"

namespace owt::filter {

// A FilterMap over batches of jsonl, which says why each record was dropped or changed.
class ExplainTransform : public BatchTransform {
 public:
  // Both must outlive the transform.
  ExplainTransform(const RunContext& context, const FilterMap& map);

  // Records that stay go to `bytes`, and to `aux` one line for each that does not, or not as it
  // was:
  //   {"file":F,"offset":N,"url":U,"outcome":"dropped","rule":R,"value":V,"threshold":T}
  //   {"file":F,"offset":N,"url":U,"outcome":"changed","changes":[{"rule":R,"count":C,
  //    "position":P},..]}
  // `offset` counts decoded bytes of the file, `position` bytes of the text where the rule changed
  // it first.
  void Apply(const Batch& batch, BatchResult* result) const override;

 private:
  struct Workplace {
    DocumentParser parser;
    Document document;
  };

  void Explain(const Batch& batch, size_t begin, const Document& document, const Verdict& verdict,
               std::string* out) const;

  const RunContext& context_;
  const FilterMap& map_;
  mutable oneapi::tbb::enumerable_thread_specific<Workplace> workplaces_;
};

}  // namespace owt::filter
