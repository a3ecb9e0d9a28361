#include "stages/filter/explain.h"

#include <fmt/format.h>

#include "formats/document_map.h"
#include "pipeline/json_string.h"

namespace owt::filter {

ExplainTransform::ExplainTransform(const RunContext& context, const FilterMap& map)
    : context_(context),
      map_(map),
      workplaces_([keys = DocumentKeys{context.common.text_key, context.common.url_key}] {
        return Workplace{DocumentParser(keys), {}};
      }) {}

void ExplainTransform::Explain(const Batch& batch, size_t begin, const Document& document,
                               const Verdict& verdict, std::string* out) const {
  *out += "{\"file\":";
  AppendJsonString(context_.inputs[batch.begin.file].path, out);
  *out += fmt::format(",\"offset\":{}", batch.OffsetOf(begin));
  if (!document.url().empty()) {
    *out += ",\"url\":";
    AppendJsonString(document.url(), out);
  }
  const Judge& judge = map_.last();
  if (!verdict.keep()) {
    *out += ",\"outcome\":\"dropped\",";
    AppendFinding(judge.findings().first_failed(), out);
  } else {
    *out += ",\"outcome\":\"changed\",\"changes\":[";
    for (const Change& change : judge.changes().list()) {
      *out += fmt::format(R"({{"rule":"{}","count":{},"position":{}}},)", change.rule, change.count,
                          change.position);
    }
    if (out->back() == ',') out->pop_back();
    *out += ']';
  }
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
    const Verdict verdict = map_.Apply(document);
    const bool changed = document.changed();
    const bool edited = changed && !map_.last().changes().list().empty();  // more than a bucket
    if (!verdict.keep() || edited) Explain(batch, begin, document, verdict, &result->aux);
    if (!verdict.keep()) return result->Drop(begin, end, verdict.drop_reason);
    ++result->tally.out;
    result->tally.changed += changed;
    document.AppendLine(&result->bytes);
  });
}

}  // namespace owt::filter
