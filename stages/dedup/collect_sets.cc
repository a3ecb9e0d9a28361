#include "stages/dedup/collect_sets.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>

#include "pipeline/error.h"
#include "pipeline/flow.h"
#include "stages/dedup/set_file.h"
#include "stages/dedup/shingles.h"
#include "stages/dedup/verify.h"

namespace owt::dedup {
namespace {

class CollectTransform : public BatchTransform {
 public:
  CollectTransform(const RunContext& context, const Method& method, const KeepRule& keep,
                   const DocumentReader& reader, const Wanted& wanted)
      : context_(context), keep_(keep), reader_(reader), wanted_(wanted), shinglers_([&method] {
          return Shingler(method.shingles, method.tokens.get());
        }) {}

  void Apply(const Batch& batch, BatchResult* result) const override {
    const std::string& path = context_.inputs[batch.begin.file].path;
    ForEachNumberedLine(batch, [&](uint64_t record, size_t begin, size_t end) {
      ++result->tally.in;
      ++result->tally.out;
      if (record >= wanted_.facts.size() || !wanted_.facts.Has(record)) return;
      Document* document;
      if (!reader_.Parse(batch, begin, end, &document).empty()) {
        throw Error(ErrorKind::kInput, "the file changed while it was read; run again", path,
                    batch.OffsetOf(begin));
      }
      std::vector<uint64_t> shingles;
      if (wanted_.shingles.Has(record)) {
        shingles = shinglers_.local().Make(document->text());
        SortAndUnify(&shingles);
      }
      AppendFacts({keep_.RankOf(*document, path), document->url(), shingles}, &result->bytes);
    });
  }

 private:
  const RunContext& context_;
  const KeepRule& keep_;
  const DocumentReader& reader_;
  const Wanted& wanted_;
  mutable oneapi::tbb::enumerable_thread_specific<Shingler> shinglers_;
};

class SetSink : public Sink {
 public:
  explicit SetSink(std::string prefix) : prefix_(std::move(prefix)) {}

  void Put(BatchResult& result) override {
    Open();
    writer_->Add(result.bytes);
  }

  std::string Checkpoint(std::vector<Fd>* unsynced) override {
    Open();
    writer_->Keep(unsynced);
    return fmt::format("{},{}", writer_->documents(), writer_->bytes());
  }

  bool Restore(const std::string& state) override {
    uint64_t documents = 0;
    uint64_t bytes = 0;
    const char* const end = state.data() + state.size();
    const auto first = std::from_chars(state.data(), end, documents);
    if (first.ec != std::errc{} || first.ptr == end) return false;
    const auto second = std::from_chars(first.ptr + 1, end, bytes);
    if (second.ec != std::errc{} || !SetWriter::CanResume(prefix_, documents, bytes)) return false;
    writer_.emplace(prefix_, documents, bytes);
    return true;
  }

  void Commit() override {
    Open();
    writer_->Commit();
  }

 private:
  void Open() {
    if (!writer_) writer_.emplace(prefix_, 0, 0);
  }

  std::string prefix_;
  std::optional<SetWriter> writer_;
};

}  // namespace

void CollectSets(RunContext& context, Source& source, const std::string& prefix,
                 const Method& method, const KeepRule& keep, const DocumentReader& reader,
                 const Wanted& wanted) {
  const CollectTransform transform(context, method, keep, reader, wanted);
  SetSink sink(prefix);
  RunFlow(context, source, transform, sink);
}

}  // namespace owt::dedup
