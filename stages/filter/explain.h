#pragma once

#include <oneapi/tbb/enumerable_thread_specific.h>

#include <string>
#include <vector>

#include "formats/document.h"
#include "formats/stream_sink.h"
#include "pipeline/batch.h"
#include "pipeline/context.h"
#include "pipeline/side_file.h"
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

// The records to the output, explanations to a file of their own; both resume together.
class ExplainSink : public Sink {
 public:
  ExplainSink(RunContext& context, std::string explain_path)
      : output_(context), explain_(std::move(explain_path)) {}

  void Put(BatchResult& result) override;
  std::string Checkpoint(std::vector<Fd>* unsynced) override;
  bool Restore(const std::string& state) override;
  void Commit() override;

 private:
  formats::StreamSink output_;
  SideFile explain_;
};

}  // namespace owt::filter
