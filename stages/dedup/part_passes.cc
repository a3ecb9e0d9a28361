#include "stages/dedup/part_passes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include "pipeline/error.h"
#include "pipeline/flow.h"
#include "pipeline/json_string.h"
#include "stages/dedup/text_key.h"

namespace owt::dedup {
namespace {

using Record = RecordSorter::Record;

constexpr uint64_t kMaxRecords = uint64_t{1} << (64 - PartPlace::kPartBits);
constexpr size_t kMaxParts = size_t{1} << PartPlace::kPartBits;

// Puts a Record for each part that is compared into BatchResult::aux, in native order.
class PartKeys : public BatchTransform {
 public:
  PartKeys(const PartRules& rules, const DocumentReader& reader) : rules_(rules), reader_(reader) {}

  void Apply(const Batch& batch, BatchResult* result) const override {
    Scratch& scratch = scratches_.local();
    ForEachNumberedLine(batch, [&](uint64_t record, size_t begin, size_t end) {
      ++result->tally.in;
      Document* document;
      if (!reader_.Parse(batch, begin, end, &document).empty()) return;
      CutParts(document->text(), rules_.unit, &scratch.parts);
      const size_t count = std::min(scratch.parts.size(), kMaxParts);
      for (uint32_t i = 0; i < count; ++i) {
        const auto [from, to] = scratch.parts[i];
        NormalizePart(document->text().substr(from, to - from), &scratch.normalized);
        if (CharsUpTo(scratch.normalized, rules_.min_chars) < rules_.min_chars) continue;
        const TextKey key = KeyOf(scratch.normalized);
        const Record put = {key.high, key.low, PartPlace{record, i}.number()};
        result->aux.append(reinterpret_cast<const char*>(put.data()), sizeof(put));
      }
    });
  }

 private:
  struct Scratch {
    std::vector<TextPart> parts;
    std::string normalized;
  };

  const PartRules& rules_;
  const DocumentReader& reader_;
  mutable oneapi::tbb::enumerable_thread_specific<Scratch> scratches_;
};

class PartKeySink : public Sink {
 public:
  explicit PartKeySink(RecordSorter* keys) : keys_(keys) {}

  void Put(BatchResult& result) override {
    num_records_ = result.end.record;
    if (num_records_ > kMaxRecords) {
      throw Error(ErrorKind::kResource, "more than 2^40 records; deduplicate parts first");
    }
    for (size_t at = 0; at < result.aux.size(); at += sizeof(Record)) {
      Record record;
      std::memcpy(record.data(), result.aux.data() + at, sizeof(record));
      keys_->Add(record);
    }
  }

  void Commit() override {}

  uint64_t num_records() const { return num_records_; }

 private:
  RecordSorter* keys_;
  uint64_t num_records_ = 0;
};

}  // namespace

uint64_t CollectParts(RunContext& context, Source& source, const PartRules& rules,
                      const DocumentReader& reader, RecordSorter* keys) {
  const PartKeys transform(rules, reader);
  PartKeySink sink(keys);
  RunPass(context, source, transform, sink);
  return sink.num_records();
}

void FindRepetitions(const PartRules& rules, RecordSorter* keys, RecordSorter* removals) {
  keys->Finish();
  std::optional<Record> first;  // of those with this key
  uint64_t num_seen = 0;
  std::vector<uint64_t> undecided;  // beyond what stays, should there be enough
  for (Record record; keys->Next(&record);) {
    if (!first || record[0] != (*first)[0] || record[1] != (*first)[1]) {
      first = record;
      num_seen = 0;
      undecided.clear();
    }
    if (++num_seen > rules.keep) undecided.push_back(record[2]);
    if (num_seen < rules.min_count) continue;
    for (const uint64_t place : undecided) removals->Add({place, (*first)[2], 0});
    undecided.clear();
  }
  removals->Finish();
}

RemovalSource::RemovalSource(Source* source, RecordSorter* removals)
    : source_(source), removals_(removals), has_next_(removals->Next(&next_)) {}

bool RemovalSource::Next(Batch* batch) {
  if (!source_->Next(batch)) return false;
  std::vector<PartRemoval> removals;
  for (; has_next_; has_next_ = removals_->Next(&next_)) {
    const PartPlace place = PartPlace::Of(next_[0]);
    if (place.record >= batch->end.record) break;
    if (place.record >= batch->begin.record) {  // else of a part that a resumed run has done
      removals.push_back({place, PartPlace::Of(next_[1]).record});
    }
  }
  if (removals.empty()) return true;
  const std::lock_guard lock(mutex_);
  by_sequence_[batch->sequence] = std::move(removals);
  return true;
}

std::vector<PartRemoval> RemovalSource::Take(uint64_t sequence) {
  const std::lock_guard lock(mutex_);
  auto node = by_sequence_.extract(sequence);
  return node.empty() ? std::vector<PartRemoval>() : std::move(node.mapped());
}

void PartTransform::Explain(const Batch& batch, const Place& place, std::span<const TextPart> parts,
                            std::span<const PartRemoval> removals, const Document& document,
                            bool is_dropped, BatchResult* result) const {
  std::string* const out = &result->aux;
  *out += fmt::format("{{\"record\":{},\"file\":", place.record);
  AppendJsonString(context_.inputs[batch.begin.file].path, out);
  *out += fmt::format(",\"offset\":{}", batch.OffsetOf(place.begin));
  if (!document.url().empty()) {
    *out += ",\"url\":";
    AppendJsonString(document.url(), out);
  }
  *out += fmt::format(R"(,"outcome":"{}","removed":[)", is_dropped ? "dropped" : "changed");
  for (const PartRemoval& removal : removals) {
    const TextPart& part = parts[removal.place.part];
    *out += fmt::format(R"({{"begin":{},"end":{},"first":{}}},)", part.begin, part.end,
                        removal.first_record);
  }
  out->back() = ']';
  *out += "}\n";
}

void PartTransform::Remove(const Batch& batch, const Place& place,
                           std::span<const PartRemoval> removals, Document* document,
                           BatchResult* result) const {
  std::vector<TextPart> parts;
  CutParts(document->text(), rules_.unit, &parts);
  std::vector<uint32_t> indexes;
  for (const PartRemoval& removal : removals) indexes.push_back(removal.place.part);
  if (indexes.back() >= parts.size()) {
    throw Error(ErrorKind::kInput, "the file changed while it was read; run again",
                context_.inputs[batch.begin.file].path, batch.OffsetOf(place.begin));
  }
  std::string text = WithoutParts(document->text(), parts, indexes);
  const bool is_dropped = IsBlank(text);
  if (explain_) Explain(batch, place, parts, removals, *document, is_dropped, result);
  const bool is_line = rules_.unit == PartUnit::kLine;
  result->tally.Note(is_line ? "lines_removed" : "paragraphs_removed", indexes.size());
  if (is_dropped) return result->Drop(place.begin, place.end, "nothing_left");
  document->SetText(std::move(text));
  ++result->tally.out;
  ++result->tally.changed;
  document->AppendLine(&result->bytes);
}

void PartTransform::Apply(const Batch& batch, BatchResult* result) const {
  const std::vector<PartRemoval> all = source_->Take(batch.sequence);
  auto next = all.begin();
  ForEachNumberedLine(batch, [&](uint64_t record, size_t begin, size_t end) {
    while (next != all.end() && next->place.record < record) ++next;
    if (!range_.contains(record)) return;
    ++result->tally.in;
    Document* document;
    const std::string_view bad = reader_.Parse(batch, begin, end, &document);
    if (!bad.empty()) return result->Quarantine(begin, end, bad);
    auto last = next;
    while (last != all.end() && last->place.record == record) ++last;
    if (last != next) {
      return Remove(batch, {record, begin, end}, {next, last}, document, result);
    }
    ++result->tally.out;
    document->AppendLine(&result->bytes);
  });
}

}  // namespace owt::dedup
