#include "stages/dedup/filter.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "formats/document.h"
#include "pipeline/error.h"
#include "pipeline/json_string.h"

namespace owt::dedup {

namespace {

void AppendField(std::string_view name, std::string_view value, std::string* out) {
  *out += fmt::format(",\"{}\":", name);
  AppendJsonString(value, out);
}

}  // namespace

bool RangeSource::Next(Batch* batch) {
  if (!source_->Next(batch)) return false;
  if (!range_.contains(batch->begin.record)) batch->bad.clear();
  return true;
}

// {"record":9,"file":"a.json","offset":700,"url":..,"reason":"near_duplicate","similarity":0.9,
//  "kept":2,"kept_url":..} and, where the cluster is a chain, "match" with its own similarity.
void FilterTransform::Remove(const Batch& batch, size_t begin, size_t end, const Removal& removal,
                             BatchResult* result) const {
  const std::string_view reason = removal.is_exact ? "exact_duplicate" : "near_duplicate";
  result->Drop(begin, end, reason);
  if (!decisions_.explain) return;
  std::string* out = &result->aux;
  *out += fmt::format("{{\"record\":{},\"offset\":{}", removal.document, batch.OffsetOf(begin));
  AppendField("file", context_.inputs[batch.begin.file].path, out);
  Document* document;
  if (reader_.Parse(batch, begin, end, &document).empty() && !document->url().empty()) {
    AppendField("url", document->url(), out);
  }
  AppendField("reason", reason, out);
  *out += fmt::format(",\"similarity\":{:.6f},\"kept\":{}", removal.similarity, removal.kept);
  const std::string_view kept_url = decisions_.candidates->UrlOf(removal.kept);
  if (!kept_url.empty()) AppendField("kept_url", kept_url, out);
  if (removal.match != removal.kept) {
    *out += fmt::format(",\"match\":{},\"match_similarity\":{:.6f}", removal.match,
                        removal.match_similarity);
  }
  *out += "}\n";
}

void FilterTransform::Apply(const Batch& batch, BatchResult* result) const {
  const std::span<const Removal> removals = decisions_.removals;
  auto removal =
      std::lower_bound(removals.begin(), removals.end(), batch.begin.record,
                       [](const Removal& r, uint64_t record) { return r.document < record; });
  const std::string_view bytes = batch.bytes.view();
  ForEachNumberedLine(batch, [&](uint64_t record, size_t begin, size_t end) {
    if (!decisions_.range.contains(record)) return;
    ++result->tally.in;
    while (removal != removals.end() && removal->document < record) ++removal;
    if (removal != removals.end() && removal->document == record) {
      return Remove(batch, begin, end, *removal, result);
    }
    if (decisions_.first_copies[record] == kNoDocument) {
      Document* document;
      const std::string_view bad = reader_.Parse(batch, begin, end, &document);
      if (bad.empty()) {
        throw Error(ErrorKind::kInput, "the file changed while it was read; run again",
                    context_.inputs[batch.begin.file].path, batch.OffsetOf(begin));
      }
      return result->Quarantine(begin, end, bad);
    }
    ++result->tally.out;
    result->bytes.append(bytes.substr(begin, end - begin));
    result->bytes += '\n';
  });
}

}  // namespace owt::dedup
