#pragma once

#include <string>
#include <utility>
#include <vector>

#include "formats/stream_sink.h"
#include "pipeline/batch.h"
#include "pipeline/context.h"
#include "pipeline/side_file.h"

namespace owt::formats {

// The records to the run's output, and what a transform wrote to BatchResult::aux, whole lines, to
// a file of their own, which explains what was done to them; both resume together. Without a path
// the lines are discarded.
class ExplainedSink : public Sink {
 public:
  ExplainedSink(RunContext& context, std::string explain_path)
      : output_(context), explain_(std::move(explain_path)) {}

  void Put(BatchResult& result) override;
  std::string Checkpoint(std::vector<Fd>* unsynced) override;
  bool Restore(const std::string& state) override;
  void Commit() override;

 private:
  StreamSink output_;
  SideFile explain_;
};

}  // namespace owt::formats
