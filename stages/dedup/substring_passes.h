#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "pipeline/batch.h"
#include "pipeline/context.h"
#include "stages/dedup/anchors.h"
#include "stages/dedup/claims.h"
#include "stages/dedup/document_reader.h"
#include "stages/dedup/record_range.h"
#include "stages/dedup/text_store.h"
#include "stages/text/scratch_file.h"

namespace owt::dedup {

// The two passes over the input of DedupSubstrings (substring_dedup.h).

// Stores all texts that have a window. Returns the number of records. `source` must count lines.
uint64_t StoreTexts(RunContext& context, Source& source, WindowSize size,
                    const DocumentReader& reader, TextStore* texts);

// A source that hands out, with each batch, what is cut from its records.
class CutSource : public Source {
 public:
  // `cuts` is what ClaimSweep wrote, finished.
  CutSource(Source* source, const text::ScratchFile* cuts) : source_(source), cuts_(cuts) {}

  bool Next(Batch* batch) override;

  void Seek(const Position& position) override { source_->Seek(position); }

  uint64_t bytes_read() const override { return source_->bytes_read(); }

  uint64_t bytes_total() const override { return source_->bytes_total(); }

  // Of a batch that Next gave, once. Thread-safe.
  std::vector<Cut> Take(uint64_t sequence);

 private:
  // The next cut, or none.
  const Cut* Peek();

  Source* source_;
  const text::ScratchFile* cuts_;
  uint64_t read_bytes_ = 0;  // of the file
  std::vector<Cut> ahead_;
  size_t ahead_at_ = 0;
  std::mutex mutex_;
  std::map<uint64_t, std::vector<Cut>> by_sequence_;  // guarded by mutex_
};

// Writes the documents without what is cut.
class CutTransform : public BatchTransform {
 public:
  // Everything is borrowed.
  CutTransform(const RunContext& context, const DocumentReader& reader, RecordRange range,
               bool explain, CutSource* source)
      : context_(context), reader_(reader), range_(range), explain_(explain), source_(source) {}

  void Apply(const Batch& batch, BatchResult* result) const override;

 private:
  struct Place {
    uint64_t record;
    size_t begin, end;  // in the batch
  };

  void Remove(const Batch& batch, const Place& place, std::span<const Cut> cuts, Document* document,
              BatchResult* result) const;
  void Explain(const Batch& batch, const Place& place, std::span<const Cut> cuts,
               const Document& document, bool is_dropped, BatchResult* result) const;

  const RunContext& context_;
  const DocumentReader& reader_;
  const RecordRange range_;
  const bool explain_;
  CutSource* const source_;
};

// Bytes [begin, end) of a text.
struct CutRun {
  size_t begin, end;
};

// Neighbouring cuts joined, both ends moved inwards to the border of a character; none that is
// empty then. The cuts rise and end within the text.
std::vector<CutRun> RunsOf(std::string_view text, std::span<const Cut> cuts);

}  // namespace owt::dedup
