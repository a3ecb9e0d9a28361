#include "stages/cleanup/explain_transform.h"

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "pipeline/json_string.h"
#include "stages/cleanup/explain.h"

namespace owt::cleanup {
namespace {

std::vector<formats::NamedMap> OneMap(const RunContext& context,
                                      std::unique_ptr<MapTransform> map) {
  std::vector<formats::NamedMap> maps;
  maps.push_back({std::string(context.stage->name), std::move(map)});
  return maps;
}

}  // namespace

ExplainTransform::ExplainTransform(const RunContext& context, std::unique_ptr<MapTransform> map,
                                   const CleanOptions& options)
    : context_(context),
      map_(context, OneMap(context, std::move(map))),
      cleaner_(options),
      workplaces_([keys = DocumentKeys{context.common.text_key, context.common.url_key},
                   surrogates = options.fix_surrogates] {
        return Workplace{DocumentParser(keys, surrogates), {}};
      }) {}

void ExplainTransform::Apply(const Batch& batch, BatchResult* result) const {
  map_.Apply(batch, result);
  Workplace& workplace = workplaces_.local();
  const std::string_view bytes = batch.bytes.view();
  std::string* out = &result->aux;
  formats::ForEachLine(bytes, [&](size_t begin, size_t end) {
    Document& document = workplace.document;
    if (!workplace.parser.Parse(bytes.substr(begin, end - begin), &document).empty()) return;
    std::string cleaned;
    std::vector<SegmentPlan> segments;
    if (!cleaner_.Clean(document.text(), &cleaned, &segments)) return;
    *out += "{\"file\":";
    AppendJsonString(context_.inputs[batch.begin.file].path, out);
    *out += fmt::format(",\"offset\":{}", batch.OffsetOf(begin));
    if (!document.url().empty()) {
      *out += ",\"url\":";
      AppendJsonString(document.url(), out);
    }
    *out += ",\"segments\":";
    AppendPlans(document.text(), segments, out);
    *out += "}\n";
  });
}

}  // namespace owt::cleanup
