#include "stages/cleanup/explain_transform.h"

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "formats/document_map.h"
#include "pipeline/json_string.h"
#include "stages/cleanup/explain.h"

namespace owt::cleanup {

ExplainTransform::ExplainTransform(const RunContext& context, const CleanupMap& map)
    : context_(context),
      map_(map),
      workplaces_([keys = DocumentKeys{context.common.text_key, context.common.url_key},
                   surrogates = map.replaces_surrogates()] {
        return Workplace{DocumentParser(keys, surrogates), {}};
      }) {}

void ExplainTransform::Explain(const Batch& batch, size_t begin, std::string_view original,
                               const Document& document, std::string* out) const {
  *out += "{\"file\":";
  AppendJsonString(context_.inputs[batch.begin.file].path, out);
  *out += fmt::format(",\"offset\":{}", batch.OffsetOf(begin));
  if (!document.url().empty()) {
    *out += ",\"url\":";
    AppendJsonString(document.url(), out);
  }
  *out += ",\"segments\":";
  AppendPlans(original, map_.last_plans(), out);
  *out += "}\n";
}

void ExplainTransform::Apply(const Batch& batch, BatchResult* result) const {
  Workplace& workplace = workplaces_.local();
  Document& document = workplace.document;
  const std::string_view bytes = batch.bytes.view();
  formats::ForEachLine(bytes, [&](size_t begin, size_t end) {
    ++result->tally.in;
    const std::string_view bad =
        workplace.parser.Parse(bytes.substr(begin, end - begin), &document);
    if (!bad.empty()) return result->Quarantine(begin, end, bad);
    const std::string_view original = document.text();  // the parser's, which keeps it
    const Verdict verdict = map_.Apply(document);
    if (!map_.last_plans().empty()) Explain(batch, begin, original, document, &result->aux);
    if (!verdict.keep()) return result->Drop(begin, end, verdict.drop_reason);
    ++result->tally.out;
    result->tally.changed += document.changed();
    document.AppendLine(&result->bytes);
  });
}

}  // namespace owt::cleanup
