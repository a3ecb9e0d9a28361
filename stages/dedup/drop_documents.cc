#include "stages/dedup/drop_documents.h"

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

#include "formats/explained_sink.h"
#include "formats/input_stream.h"
#include "formats/line_source.h"
#include "pipeline/error.h"
#include "pipeline/flow.h"
#include "pipeline/json_string.h"
#include "pipeline/output_file.h"
#include "stages/dedup/document_reader.h"
#include "stages/dedup/drop_join.h"
#include "stages/dedup/part_passes.h"

namespace owt::dedup {
namespace {

class DropTransform : public BatchTransform {
 public:
  // Asks the list, or where it does not fit `removals`. All is borrowed.
  DropTransform(const RunContext& context, const DocumentReader& reader, const DropList& list,
                const DropRule& rule, bool explain, RemovalSource* removals)
      : context_(context),
        reader_(reader),
        list_(list),
        rule_(rule),
        explain_(explain),
        removals_(removals) {}

  void Apply(const Batch& batch, BatchResult* result) const override {
    std::vector<PartRemoval> removals;
    if (removals_ != nullptr) removals = removals_->Take(batch.sequence);
    auto next = removals.begin();
    std::string id;
    std::string kept;
    const auto goes = [&](uint64_t record) {
      if (removals_ == nullptr) return list_.Find(id, explain_ ? &kept : nullptr);
      while (next != removals.end() && next->place.record < record) ++next;
      if (next == removals.end() || next->place.record != record) return false;
      if (explain_) list_.ReadName(next->first_record, &kept);
      return true;
    };
    ForEachNumberedLine(batch, [&](uint64_t record, size_t begin, size_t end) {
      ++result->tally.in;
      Document* document;
      std::string_view bad = reader_.Parse(batch, begin, end, &document);
      if (bad.empty()) bad = rule_.Id(*document, record, &id);
      if (!bad.empty()) return result->Quarantine(begin, end, bad);
      if (!id.empty() && goes(record)) {
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
  const DocumentReader& reader_;
  const DropList& list_;
  const DropRule& rule_;
  const bool explain_;
  RemovalSource* const removals_;
};

void RequireFiles(const RunContext& context) {
  for (const InputRecord& input : context.inputs) {
    if (formats::ProbeInput(input.path).is_regular) continue;
    throw Error(
        ErrorKind::kResource,
        "the list of what to drop takes more than half of --memory, 24 bytes each, and then "
        "the input is read twice, which a pipe cannot be: give it more memory, a list of "
        "the ids of this input only, or a file",
        input.path);
  }
}

}  // namespace

std::string_view DropRule::Id(const Document& document, uint64_t record, std::string* id) const {
  if (needs_id) return DocumentId(ids, document, record, id);
  id->assign(document.url());
  return {};
}

void DropDocuments(RunContext& context, DropList* list, const DropRule& rule,
                   const std::string& explain_path) {
  const DocumentReader reader(context);
  formats::ExplainedSink sink(context, explain_path);
  formats::LineSource source(context, true);
  if (list->fits()) {
    const DropTransform transform(context, reader, *list, rule, !explain_path.empty(), nullptr);
    return RunFlow(context, source, transform, sink);
  }
  RequireFiles(context);
  RecordSorter found(context.output == "-" ? "" : FolderOf(context.output),
                     context.memory_bytes() / 8);
  {
    formats::LineSource documents(context, true);
    JoinWithList(context, documents, rule, reader, list, &found);
  }
  RemovalSource removals(&source, &found);
  const DropTransform transform(context, reader, *list, rule, !explain_path.empty(), &removals);
  RunFlow(context, removals, transform, sink);
}

}  // namespace owt::dedup
