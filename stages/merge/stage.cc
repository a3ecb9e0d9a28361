// `owt merge`: files, trees and the layout of the openwebtext scrapers -> jsonl.
#include <memory>

#include "formats/record_source.h"
#include "formats/stream_sink.h"
#include "pipeline/context.h"
#include "pipeline/flow.h"
#include "pipeline/stage.h"
#include "stages/merge/merge.h"

namespace owt::stages {
namespace {

class Merge : public Stage {
 public:
  void Declare(OptionSet& options) override {
    options.Group("Options")
        .Flag("per-line", &per_line_, "every line of a text file is a document, not every file")
        .Example("owt merge scraped/ merged.json", "data/*.txt with the addresses in meta/*.json")
        .Example("owt merge part-*.jsonl.zst merged.jsonl.zst", "records in a row, checked");
  }

  void Run(RunContext& context) override {
    formats::RecordSource source(context, [this](const std::string& path, std::string_view first) {
      return merge::KindOf(path, first, per_line_);
    });
    const merge::MergeTransform transform(context, source, per_line_);
    formats::StreamSink sink(context);
    RunFlow(context, source, transform, sink);
  }

 private:
  bool per_line_ = false;
};

}  // namespace

std::unique_ptr<Stage> MakeMerge() { return std::make_unique<Merge>(); }

}  // namespace owt::stages
