// The engine with two small stages: `pass`, a trivial map, for benchmarks and tests of the engine
// itself; and `few-words`, the example of stages/README.md, built from that page.
#include <memory>

#include "formats/document.h"
#include "formats/run_documents.h"
#include "pipeline/command_line.h"
#include "pipeline/context.h"
#include "pipeline/stage.h"

namespace owt::stages {
std::unique_ptr<Stage> MakeFewWords();
}  // namespace owt::stages

namespace {

class PassMap : public owt::MapTransform {
 public:
  explicit PassMap(bool rewrite) : rewrite_(rewrite) {}

  owt::Verdict Apply(owt::Document& document) const override {
    if (document.text().empty()) return owt::Verdict::Drop("empty_text");
    if (rewrite_) document.SetText(std::string(document.text()));
    return owt::Verdict::Keep();
  }

 private:
  bool rewrite_;
};

class Pass : public owt::Stage {
 public:
  void Declare(owt::OptionSet& options) override {
    options.Group("Options").Flag("rewrite", &rewrite_, "write every text anew");
  }

  std::unique_ptr<owt::MapTransform> MakeMap() override {
    return std::make_unique<PassMap>(rewrite_);
  }

  void Run(owt::RunContext& context) override { owt::formats::RunDocuments(context, MakeMap()); }

 private:
  bool rewrite_ = false;
};

std::unique_ptr<owt::Stage> MakePass() { return std::make_unique<Pass>(); }

}  // namespace

int main(int argc, char** argv) {
  using enum owt::PathRule;
  using owt::stages::MakeFewWords;
  const owt::StageEntry stages[] = {
      {"pass", "Data", "keep documents that have a text", "jsonl", "jsonl", kInputsToOutput,
       MakePass, ""},
#include "few_words_row.inc"
      {"absent", "Data", "a command that is not in this build", "", "", kInputs, nullptr,
       "a library that nobody has"},
  };
  return owt::RunCommandLine(argc, argv, stages);
}
