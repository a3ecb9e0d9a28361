#include "stages/dedup/drop_documents.h"

#include <fmt/format.h>

#include "formats/explained_sink.h"
#include "formats/line_source.h"
#include "pipeline/flow.h"
#include "pipeline/json_string.h"
#include "stages/dedup/passes.h"

namespace owt::dedup {
namespace {

class DropTransform : public BatchTransform {
 public:
  DropTransform(const RunContext& context, const DropList& list, const DropRule& rule, bool explain)
      : context_(context), list_(list), rule_(rule), reader_(context), explain_(explain) {}

  void Apply(const Batch& batch, BatchResult* result) const override {
    std::string id;
    std::string kept;
    ForEachNumberedLine(batch, [&](uint64_t record, size_t begin, size_t end) {
      ++result->tally.in;
      Document* document;
      std::string_view bad = reader_.Parse(batch, begin, end, &document);
      if (!rule_.needs_id) {
        id.assign(document->url());
      } else if (bad.empty()) {
        bad = DocumentId(rule_.ids, *document, record, &id);
      }
      if (!bad.empty()) return result->Quarantine(begin, end, bad);
      if ((rule_.needs_id || !id.empty()) && list_.Find(id, explain_ ? &kept : nullptr)) {
        result->Drop(begin, end, "duplicate");
        if (explain_) Explain(batch, record, begin, *document, id, kept, &result->aux);
        return;
      }
      ++result->tally.out;
      document->AppendLine(&result->bytes);
    });
  }

 private:
  void Explain(const Batch& batch, uint64_t record, size_t begin, const Document& document,
               std::string_view id, std::string_view kept, std::string* out) const {
    *out += fmt::format("{{\"record\":{},\"offset\":{}", record, batch.OffsetOf(begin));
    const auto append = [out](std::string_view name, std::string_view value) {
      *out += fmt::format(",\"{}\":", name);
      AppendJsonString(value, out);
    };
    append("file", context_.inputs[batch.begin.file].path);
    if (!document.url().empty()) append("url", document.url());
    append("reason", "duplicate");
    append("id", id);
    append("kept_id", kept);
    *out += "}\n";
  }

  const RunContext& context_;
  const DropList& list_;
  const DropRule& rule_;
  const DocumentReader reader_;
  const bool explain_;
};

}  // namespace

void DropDocuments(RunContext& context, const DropList& list, const DropRule& rule,
                   const std::string& explain_path) {
  const DropTransform transform(context, list, rule, !explain_path.empty());
  formats::LineSource source(context, true);
  formats::ExplainedSink sink(context, explain_path);
  RunFlow(context, source, transform, sink);
}

}  // namespace owt::dedup
