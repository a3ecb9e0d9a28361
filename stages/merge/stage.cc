// `owt merge`: files, trees and the layout of the openwebtext scrapers -> jsonl.
#include <memory>
#include <string>
#include <vector>

#include "formats/indexed_dataset.h"
#include "formats/record_source.h"
#include "formats/stream_sink.h"
#include "pipeline/context.h"
#include "pipeline/error.h"
#include "pipeline/flow.h"
#include "pipeline/output_file.h"
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

  std::vector<std::string> InputPaths(const std::vector<std::string>& typed) const override {
    return merge::WithDescriptions(typed);
  }

  void Run(RunContext& context) override {
    RefuseDatasets(context);
    formats::RecordSource source(context, [this](const std::string& path, std::string_view first) {
      return merge::KindOf(path, first, per_line_);
    });
    const merge::MergeTransform transform(context, source, per_line_);
    formats::StreamSink sink(context);
    RunFlow(context, source, transform, sink);
  }

 private:
  // Their tokens would be quarantined as texts that are not UTF-8, one by one.
  static void RefuseDatasets(const RunContext& context) {
    for (const InputRecord& input : context.inputs) {
      const auto pair = formats::IndexedDatasetPaths::Of(input.path);
      if (input.path != pair.idx && input.path != pair.bin) continue;
      if (!FileExists(pair.idx) || !FileExists(pair.bin)) continue;
      throw Error(ErrorKind::kUsage,
                  "this is a dataset of tokens, not of texts; datasets are merged by: owt convert "
                  "A.idx B.idx OUTPUT",
                  input.path);
    }
  }

  bool per_line_ = false;
};

}  // namespace

std::unique_ptr<Stage> MakeMerge() { return std::make_unique<Merge>(); }

}  // namespace owt::stages
