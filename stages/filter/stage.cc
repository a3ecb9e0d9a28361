// `owt filter`: asks rules about each text (judge.h) and drops, tags or scores it (filter_map.h).
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "formats/run_documents.h"
#include "pipeline/context.h"
#include "pipeline/stage.h"
#include "stages/filter/explain.h"
#include "stages/filter/filter_map.h"
#include "stages/filter/filter_options.h"

namespace owt::stages {
namespace {

class FilterStage : public Stage {
 public:
  void Declare(OptionSet& options) override { options_.Declare(options); }

  std::unique_ptr<MapTransform> MakeMap() override { return MakeFilterMap(); }

  void Run(RunContext& context) override {
    if (options_.explain().empty()) return formats::RunDocuments(context, MakeMap());
    std::unique_ptr<filter::FilterMap> map = MakeFilterMap();
    const auto explain = [&filter = *map](std::string_view, const Document& document,
                                          const Verdict& verdict, std::string* members) {
      filter::AppendOutcome(filter.last(), document, verdict, members);
    };
    formats::RunExplained(context, std::move(map), options_.explain(), explain);
  }

 private:
  std::unique_ptr<filter::FilterMap> MakeFilterMap() const {
    return std::make_unique<filter::FilterMap>(options_.MakeRules(), options_.mode());
  }

  filter::FilterOptions options_;
};

}  // namespace

std::unique_ptr<Stage> MakeFilter() { return std::make_unique<FilterStage>(); }

}  // namespace owt::stages
