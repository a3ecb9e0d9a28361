#include "formats/document_map.h"

#include <fmt/format.h>

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

DocumentMap::DocumentMap(const RunContext& context, std::vector<NamedMap> maps)
    : keys_{context.common.text_key, context.common.url_key}, maps_(std::move(maps)) {}

std::string_view DocumentMap::ReasonFor(const NamedMap& map, std::string_view reason) const {
  if (maps_.size() == 1) return reason;
  const std::string full = fmt::format("{}:{}", map.stage, reason);
  const std::lock_guard lock(mutex_);
  return *reasons_.insert(full).first;
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
    for (const NamedMap& map : maps_) {
      const Verdict verdict = map.map->Apply(document);
      if (!verdict.keep()) return result->Drop(begin, end, ReasonFor(map, verdict.drop_reason));
    }
    ++result->tally.out;
    result->tally.changed += document.changed();
    document.AppendLine(&result->bytes);
  });
}

}  // namespace owt::formats
