// Addresses come in the order of the input, lines need them in that of the first documents: each is
// asked for in one sort (document, first) and delivered in another (first, second).
#include "stages/dedup/pair_writer.h"

#include <bit>
#include <cstring>
#include <string>
#include <string_view>

#include "formats/line_source.h"
#include "pipeline/flow.h"
#include "pipeline/json_string.h"
#include "pipeline/output_file.h"
#include "stages/dedup/id_numbers.h"
#include "stages/dedup/output_lines.h"
#include "stages/dedup/pair_lines.h"

namespace owt::dedup {
namespace {

// A document of a batch, in BatchResult::aux, followed by its address.
struct Located {
  uint64_t record;
  uint64_t begin, end;  // in the batch
  uint64_t url_bytes;
};

class LocateDocuments : public BatchTransform {
 public:
  explicit LocateDocuments(const DocumentReader& reader) : reader_(reader) {}

  void Apply(const Batch& batch, BatchResult* result) const override {
    ForEachNumberedLine(batch, [&](uint64_t record, size_t begin, size_t end) {
      ++result->tally.in;
      Document* document;
      const std::string_view bad = reader_.Parse(batch, begin, end, &document);
      if (!bad.empty()) return result->Quarantine(begin, end, bad);
      ++result->tally.out;
      const Located located = {record, begin, end, document->url().size()};
      result->aux.append(reinterpret_cast<const char*>(&located), sizeof(located));
      result->aux += document->url();
    });
  }

 private:
  const DocumentReader& reader_;
};

class PairSink : public Sink {
 public:
  // `wanted` holds {document, first, bits of the similarity}; as its own first with 0.
  PairSink(RunContext& context, std::string folder, RecordSorter* wanted)
      : context_(context), wanted_(wanted), members_(folder, context.memory_bytes() / 8) {
    has_next_ = wanted_->Next(&next_);
  }

  void Put(BatchResult& result) override {
    const std::string_view aux = result.aux;
    for (size_t at = 0; at < aux.size();) {
      Located located;
      std::memcpy(&located, aux.data() + at, sizeof(located));
      at += sizeof(located);
      const std::string_view reason = Take(located.record, aux.substr(at, located.url_bytes));
      at += located.url_bytes;
      if (reason.empty()) continue;
      --result.tally.out;
      result.Drop(located.begin, located.end, reason);
    }
  }

  bool DropsRecords() const override { return true; }

  void Commit() override {
    members_.Finish();
    OutputLines output(context_);
    std::string piece;
    const char* end = nullptr;  // of the line that is begun
    for (std::string_view entry; members_.Next(&entry);) {
      const uint64_t first = SortableAt(entry, 0);
      const bool is_main = SortableAt(entry, 8) == first;
      const std::string_view url = entry.substr(24);
      piece.clear();
      if (is_main) {
        if (end != nullptr) output.EndLine("]}");
        piece += '{';
        AppendJsonString(url, &piece);
        piece += ": [";
        line_ = first;
      } else if (end == nullptr || first != line_) {
        continue;  // the first document has no address
      } else {
        if (*end == ',') piece += ", ";
        AppendPair(url, std::bit_cast<double>(SortableAt(entry, 16)), &piece);
      }
      end = is_main ? " " : ",";
      output.Append(piece);
    }
    if (end != nullptr) output.EndLine("]}");
    output.Commit();
  }

 private:
  // Delivers the address to the lines that ask for it; the reason why it begins none, or "".
  std::string_view Take(uint64_t record, std::string_view url) {
    while (has_next_ && next_[0] < record) has_next_ = wanted_->Next(&next_);
    if (!has_next_ || next_[0] != record) return "no_pair";
    bool is_first = false;
    for (; has_next_ && next_[0] == record; has_next_ = wanted_->Next(&next_)) {
      is_first |= next_[1] == record;
      if (url.empty() || url.size() > kMaxUrlBytes) continue;
      entry_.clear();
      AppendSortable(next_[1], &entry_);
      AppendSortable(record, &entry_);
      AppendSortable(next_[2], &entry_);
      entry_ += url;
      members_.Add(entry_);
    }
    if (url.empty() || url.size() > kMaxUrlBytes) return "no_url";
    return is_first ? "" : "second_of_pair";
  }

  static constexpr size_t kMaxUrlBytes = 32768;

  RunContext& context_;
  RecordSorter* wanted_;
  RecordSorter::Record next_{};
  bool has_next_;
  TextSorter members_;  // first, document, similarity, address
  std::string entry_;
  uint64_t line_ = 0;
};

}  // namespace

RecordSorter::Record PairRecord(uint32_t first, uint32_t second, double similarity) {
  return {first, second, std::bit_cast<uint64_t>(similarity)};
}

void WritePairs(RunContext& context, const DocumentReader& reader, RecordSorter* pairs) {
  const std::string folder = context.output == "-" ? "" : FolderOf(context.output);
  RecordSorter wanted(folder, context.memory_bytes() / 8);
  RecordSorter::Record pair;
  bool is_any = false;
  for (uint64_t last = 0; pairs->Next(&pair); last = pair[0], is_any = true) {
    if (!is_any || pair[0] != last) wanted.Add({pair[0], pair[0], 0});
    wanted.Add({pair[1], pair[0], pair[2]});
  }
  wanted.Finish();
  formats::LineSource source(context, true);
  const LocateDocuments transform(reader);
  PairSink sink(context, folder, &wanted);
  RunFlow(context, source, transform, sink);
}

}  // namespace owt::dedup
