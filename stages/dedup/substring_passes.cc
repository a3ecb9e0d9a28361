#include "stages/dedup/substring_passes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "pipeline/error.h"
#include "pipeline/flow.h"
#include "pipeline/json_string.h"
#include "stages/dedup/text_parts.h"

namespace owt::dedup {
namespace {

constexpr size_t kCutsAhead = 1024;

// Puts texts into BatchResult::bytes and {record, bytes} of each into aux, in native order.
class TextTransform : public BatchTransform {
 public:
  TextTransform(WindowSize size, const DocumentReader& reader) : size_(size), reader_(reader) {}

  void Apply(const Batch& batch, BatchResult* result) const override {
    ForEachNumberedLine(batch, [&](uint64_t record, size_t begin, size_t end) {
      ++result->tally.in;
      Document* document;
      if (!reader_.Parse(batch, begin, end, &document).empty()) return;
      const std::string_view text = document->text();
      if (text.size() < size_.bytes) return;
      const uint64_t put[] = {record, text.size()};
      result->aux.append(reinterpret_cast<const char*>(put), sizeof(put));
      result->bytes += text;
    });
  }

 private:
  const WindowSize size_;
  const DocumentReader& reader_;
};

class TextSink : public Sink {
 public:
  explicit TextSink(TextStore* texts) : texts_(texts) {}

  void Put(BatchResult& result) override {
    num_records_ = result.end.record;
    std::string_view bytes = result.bytes;
    uint64_t put[2];
    for (size_t at = 0; at < result.aux.size(); at += sizeof(put)) {
      std::memcpy(put, result.aux.data() + at, sizeof(put));
      texts_->Add(put[0], bytes.substr(0, put[1]));
      bytes.remove_prefix(put[1]);
    }
  }

  void Commit() override {}

  uint64_t num_records() const { return num_records_; }

 private:
  TextStore* texts_;
  uint64_t num_records_ = 0;
};

bool IsInsideChar(std::string_view text, size_t at) {
  return at < text.size() && (static_cast<uint8_t>(text[at]) & 0xC0) == 0x80;
}

}  // namespace

uint64_t StoreTexts(RunContext& context, Source& source, WindowSize size,
                    const DocumentReader& reader, TextStore* texts) {
  const TextTransform transform(size, reader);
  TextSink sink(texts);
  RunPass(context, source, transform, sink);
  texts->FinishWriting();
  return sink.num_records();
}

const Cut* CutSource::Peek() {
  if (ahead_at_ == ahead_.size()) {
    ahead_.resize(std::min<uint64_t>(kCutsAhead, (cuts_->size() - read_bytes_) / sizeof(Cut)));
    ahead_at_ = 0;
    if (ahead_.empty()) return nullptr;
    read_bytes_ += cuts_->ReadAt(read_bytes_, reinterpret_cast<char*>(ahead_.data()),
                                 ahead_.size() * sizeof(Cut));
  }
  return &ahead_[ahead_at_];
}

bool CutSource::Next(Batch* batch) {
  if (!source_->Next(batch)) return false;
  std::vector<Cut> cuts;
  for (const Cut* cut; (cut = Peek()) != nullptr; ++ahead_at_) {
    if (cut->record >= batch->end.record) break;
    // Else of a part that a resumed run has done.
    if (cut->record >= batch->begin.record) cuts.push_back(*cut);
  }
  if (cuts.empty()) return true;
  const std::lock_guard lock(mutex_);
  by_sequence_[batch->sequence] = std::move(cuts);
  return true;
}

std::vector<Cut> CutSource::Take(uint64_t sequence) {
  const std::lock_guard lock(mutex_);
  auto node = by_sequence_.extract(sequence);
  return node.empty() ? std::vector<Cut>() : std::move(node.mapped());
}

std::vector<CutRun> RunsOf(std::string_view text, std::span<const Cut> cuts) {
  std::vector<CutRun> runs;
  for (size_t i = 0; i < cuts.size();) {
    size_t begin = cuts[i].begin;
    size_t end = cuts[i].end;
    for (++i; i < cuts.size() && cuts[i].begin == end; ++i) end = cuts[i].end;
    while (IsInsideChar(text, begin)) ++begin;
    while (IsInsideChar(text, end)) --end;
    if (begin < end) runs.push_back({begin, end});
  }
  return runs;
}

void CutTransform::Explain(const Batch& batch, const Place& place, std::span<const Cut> cuts,
                           const Document& document, bool is_dropped, BatchResult* result) const {
  std::string* const out = &result->aux;
  *out += fmt::format("{{\"record\":{},\"file\":", place.record);
  AppendJsonString(context_.inputs[batch.begin.file].path, out);
  *out += fmt::format(",\"offset\":{}", batch.OffsetOf(place.begin));
  if (!document.url().empty()) {
    *out += ",\"url\":";
    AppendJsonString(document.url(), out);
  }
  *out += fmt::format(R"(,"outcome":"{}","removed":[)", is_dropped ? "dropped" : "changed");
  for (size_t i = 0; i < cuts.size(); ++i) {
    const Cut& cut = cuts[i];
    *out += fmt::format(R"({}{{"begin":{},"end":{},"first":{}}})", i == 0 ? "" : ",", cut.begin,
                        cut.end, cut.first);
  }
  *out += "]}\n";
}

void CutTransform::Remove(const Batch& batch, const Place& place, std::span<const Cut> cuts,
                          Document* document, BatchResult* result) const {
  const std::string_view text = document->text();
  if (cuts.back().end > text.size()) {
    throw Error(ErrorKind::kInput, "the file changed while it was read; run again",
                context_.inputs[batch.begin.file].path, batch.OffsetOf(place.begin));
  }
  const std::vector<CutRun> runs = RunsOf(text, cuts);
  std::string kept;
  size_t at = 0;
  for (const CutRun& run : runs) {
    kept += text.substr(at, run.begin - at);
    at = run.end;
  }
  kept += text.substr(at);
  const bool is_dropped = IsBlank(kept);
  if (explain_) Explain(batch, place, cuts, *document, is_dropped, result);
  result->tally.Note("substrings_removed", runs.size());
  result->tally.Note("substring_bytes_removed", text.size() - kept.size());
  if (is_dropped) return result->Drop(place.begin, place.end, "nothing_left");
  document->SetText(std::move(kept));
  ++result->tally.out;
  ++result->tally.changed;
  document->AppendLine(&result->bytes);
}

void CutTransform::Apply(const Batch& batch, BatchResult* result) const {
  const std::vector<Cut> all = source_->Take(batch.sequence);
  auto next = all.begin();
  ForEachNumberedLine(batch, [&](uint64_t record, size_t begin, size_t end) {
    while (next != all.end() && next->record < record) ++next;
    if (!range_.contains(record)) return;
    ++result->tally.in;
    Document* document;
    const std::string_view bad = reader_.Parse(batch, begin, end, &document);
    if (!bad.empty()) return result->Quarantine(begin, end, bad);
    auto last = next;
    while (last != all.end() && last->record == record) ++last;
    if (last != next) {
      return Remove(batch, {record, begin, end}, {next, last}, document, result);
    }
    ++result->tally.out;
    document->AppendLine(&result->bytes);
  });
}

}  // namespace owt::dedup
