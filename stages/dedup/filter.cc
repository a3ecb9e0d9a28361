#include "stages/dedup/filter.h"

#include <fmt/format.h>

#include "formats/document.h"
#include "pipeline/error.h"
#include "pipeline/json_string.h"

namespace owt::dedup {
namespace {

void AppendField(std::string_view name, std::string_view value, std::string* out) {
  *out += fmt::format(",\"{}\":", name);
  AppendJsonString(value, out);
}

std::string_view ReasonOf(const Removal& removal) {
  return removal.is_exact() ? "exact_duplicate" : "near_duplicate";
}

// "kept":2 and, of an old document, "kept_index":"000000", the part of the index in which it has
// this number.
void AppendNumber(std::string_view name, uint32_t document, const Duplicates& duplicates,
                  std::string* out) {
  const uint64_t first = duplicates.own.begin;
  if (document >= first) {
    *out += fmt::format(",\"{}\":{}", name, document - first);
    return;
  }
  const size_t part = duplicates.old.PartOf(document);
  *out += fmt::format(",\"{}\":{},\"{}_index\":\"{:06}\"", name,
                      document - duplicates.old.parts()[part].begin, name, part);
}

// "reason":"near_duplicate","similarity":0.9,"kept":2,"kept_url":..,"band":3 and, where the cluster
// is a chain, "match" with its own similarity; the band is the first that document and match share.
std::string Facts(const Removal& removal, const Duplicates& duplicates) {
  std::string facts =
      fmt::format("\"reason\":\"{}\",\"similarity\":{:.6f}", ReasonOf(removal), removal.similarity);
  AppendNumber("kept", removal.kept, duplicates, &facts);
  const std::string kept_url = duplicates.UrlOf(removal.kept);
  if (!kept_url.empty()) AppendField("kept_url", kept_url, &facts);
  if (!removal.is_exact()) facts += fmt::format(",\"band\":{}", removal.band);
  if (removal.match != removal.kept) {
    AppendNumber("match", removal.match, duplicates, &facts);
    facts += fmt::format(",\"match_similarity\":{:.6f}", removal.match_similarity);
  }
  return facts;
}

}  // namespace

// What was a document in the first pass must be one now.
Document* FilterTransform::Parse(const Batch& batch, size_t begin, size_t end) const {
  Document* document;
  if (!reader_.Parse(batch, begin, end, &document).empty()) {
    throw Error(ErrorKind::kInput, "the file changed while it was read; run again",
                context_.inputs[batch.begin.file].path, batch.OffsetOf(begin));
  }
  return document;
}

// {"record":9,"offset":700,"file":"a.json","url":.., and Facts.
std::string FilterTransform::Line(const Batch& batch, size_t begin, const Document& document,
                                  const Removal& removal) const {
  std::string line = fmt::format("{{\"record\":{},\"offset\":{}", removal.document - first_,
                                 batch.OffsetOf(begin));
  AppendField("file", context_.inputs[batch.begin.file].path, &line);
  if (!document.url().empty()) AppendField("url", document.url(), &line);
  return line + "," + Facts(removal, duplicates_) + "}\n";
}

void FilterTransform::Keep(const Batch& batch, size_t begin, size_t end,
                           BatchResult* result) const {
  if (mode_ == OutputMode::kList) return result->Drop(begin, end, "no_duplicate");
  ++result->tally.out;
  result->bytes.append(batch.bytes.view().substr(begin, end - begin));
  result->bytes += '\n';
}

void FilterTransform::Remove(const Batch& batch, size_t begin, size_t end, const Removal& removal,
                             BatchResult* result) const {
  const bool drops = mode_ == OutputMode::kDrop;
  Document* const document = drops && !explain_ ? nullptr : Parse(batch, begin, end);
  if (explain_) result->aux += Line(batch, begin, *document, removal);
  if (drops) return result->Drop(begin, end, ReasonOf(removal));
  ++result->tally.out;
  result->tally.Note(ReasonOf(removal), 1);
  if (mode_ == OutputMode::kList) {
    result->bytes += Line(batch, begin, *document, removal);
    return;
  }
  ++result->tally.changed;
  document->SetJson("dedup", "{" + Facts(removal, duplicates_) + "}");
  document->AppendLine(&result->bytes);
}

void FilterTransform::Apply(const Batch& batch, BatchResult* result) const {
  const std::vector<Removal> removals =
      duplicates_.removals->In(first_ + batch.begin.record, first_ + result->end.record);
  auto removal = removals.begin();
  const RecordSet& documents = duplicates_.copies->documents();
  ForEachNumberedLine(batch, [&](uint64_t record, size_t begin, size_t end) {
    if (!range_.contains(record)) return;
    ++result->tally.in;
    const uint64_t number = first_ + record;
    while (removal != removals.end() && removal->document < number) ++removal;
    if (removal != removals.end() && removal->document == number) {
      return Remove(batch, begin, end, *removal, result);
    }
    if (documents.Has(number)) return Keep(batch, begin, end, result);
    Document* document;
    const std::string_view bad = reader_.Parse(batch, begin, end, &document);
    if (bad.empty()) {
      throw Error(ErrorKind::kInput, "the file changed while it was read; run again",
                  context_.inputs[batch.begin.file].path, batch.OffsetOf(begin));
    }
    result->Quarantine(begin, end, bad);
  });
}

}  // namespace owt::dedup
