// `owt extract`: pages -> the main text of each, as jsonl.
#include <memory>
#include <string>

#include "formats/record_source.h"
#include "formats/stream_sink.h"
#include "pipeline/context.h"
#include "pipeline/flow.h"
#include "pipeline/stage.h"
#include "stages/extract/extract.h"

namespace owt::stages {
namespace {

class Extract : public Stage {
 public:
  void Declare(OptionSet& options) override {
    options.Group("Options")
        .Text("html-key", &html_key_, "KEY", "field of a jsonl input that holds the page")
        .Example("owt extract pages/ merged.jsonl", "every file is a page")
        .Example("owt extract CC-MAIN-*.warc.gz pages.jsonl.zst", "the responses of web archives");
  }

  void Run(RunContext& context) override {
    formats::RecordSource source(context, extract::KindOf);
    const extract::ExtractTransform transform(context, source, html_key_);
    formats::StreamSink sink(context);
    RunFlow(context, source, transform, sink);
  }

 private:
  std::string html_key_ = "html";
};

}  // namespace

std::unique_ptr<Stage> MakeExtract() { return std::make_unique<Extract>(); }

}  // namespace owt::stages
