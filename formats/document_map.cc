#include "formats/document_map.h"

#include <fmt/format.h>

#include <utility>

#include "pipeline/json_string.h"

namespace owt::formats {
namespace {

// Parser and document of this thread, made anew when what it is to do differs.
struct Workplace {
  Workplace(const DocumentKeys& document_keys, bool surrogates)
      : keys(document_keys),
        replace_surrogates(surrogates),
        parser(document_keys, replace_surrogates) {}

  DocumentKeys keys;
  bool replace_surrogates;
  DocumentParser parser;
  Document document;
};

Workplace& ThisThreads(const DocumentKeys& keys, bool replace_surrogates) {
  static thread_local std::unique_ptr<Workplace> workplace;
  if (workplace == nullptr || workplace->keys.text != keys.text ||
      workplace->keys.url != keys.url || workplace->replace_surrogates != replace_surrogates) {
    workplace = std::make_unique<Workplace>(keys, replace_surrogates);
  }
  return *workplace;
}

}  // namespace

DocumentMap::DocumentMap(const RunContext& context, std::vector<NamedMap> maps,
                         ExplainDocument explain)
    : context_(context),
      keys_{context.common.text_key, context.common.url_key},
      maps_(std::move(maps)),
      explain_(std::move(explain)) {}

std::string_view DocumentMap::ReasonFor(const NamedMap& map, std::string_view reason) const {
  if (maps_.size() == 1) return reason;
  const std::string full = fmt::format("{}:{}", map.stage, reason);
  const std::lock_guard lock(mutex_);
  return *reasons_.insert(full).first;
}

Verdict DocumentMap::Ask(Document* document) const {
  for (const NamedMap& map : maps_) {
    const Verdict verdict = map.map->Apply(*document);
    if (!verdict.keep()) return Verdict::Drop(ReasonFor(map, verdict.drop_reason));
  }
  return Verdict::Keep();
}

void DocumentMap::Explain(const Batch& batch, size_t begin, std::string_view original,
                          const Document& document, const Verdict& verdict,
                          std::string* out) const {
  std::string members;
  explain_(original, document, verdict, &members);
  if (members.empty()) return;
  *out += "{\"file\":";
  AppendJsonString(context_.inputs[batch.begin.file].path, out);
  *out += fmt::format(",\"offset\":{}", batch.OffsetOf(begin));
  if (!document.url().empty()) {
    *out += ",\"url\":";
    AppendJsonString(document.url(), out);
  }
  *out += ',' + members + "}\n";
}

void DocumentMap::Apply(const Batch& batch, BatchResult* result) const {
  Workplace& workplace = ThisThreads(keys_, !maps_.empty() && maps_[0].map->replaces_surrogates());
  Document& document = workplace.document;
  const std::string_view bytes = batch.bytes.view();
  result->bytes.reserve(bytes.size() + bytes.size() / 16);
  ForEachLine(bytes, [&](size_t begin, size_t end) {
    ++result->tally.in;
    const std::string_view bad =
        workplace.parser.Parse(bytes.substr(begin, end - begin), &document);
    if (!bad.empty()) return result->Quarantine(begin, end, bad);
    const std::string_view original = document.text();  // the parser's, which keeps it
    const Verdict verdict = Ask(&document);
    if (explain_) Explain(batch, begin, original, document, verdict, &result->aux);
    if (!verdict.keep()) return result->Drop(begin, end, verdict.drop_reason);
    ++result->tally.out;
    result->tally.changed += document.changed();
    document.AppendLine(&result->bytes);
  });
}

}  // namespace owt::formats
