#pragma once

#include <oneapi/tbb/enumerable_thread_specific.h>

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "pipeline/batch.h"
#include "pipeline/context.h"
#include "stages/dedup/document_reader.h"
#include "stages/dedup/part_dedup.h"
#include "stages/dedup/record_range.h"
#include "stages/dedup/record_sorter.h"

namespace owt::dedup {

// The passes of DedupParts (part_dedup.h).

// Where a part is: its record in the input, and its index among the parts of that text. Of a text
// with more than 2^24 parts the others are left alone.
struct PartPlace {
  static constexpr unsigned kPartBits = 24;

  uint64_t record;
  uint32_t part;

  static PartPlace Of(uint64_t number) {
    return {number >> kPartBits, static_cast<uint32_t>(number & ((1u << kPartBits) - 1))};
  }

  uint64_t number() const { return record << kPartBits | part; }
};

// Adds {high, low, place} to `keys` for every part that is compared. Returns the number of records.
// `source` must count lines. Throws Error{kResource} beyond 2^40 records.
uint64_t CollectParts(RunContext& context, Source& source, const PartRules& rules,
                      const DocumentReader& reader, RecordSorter* keys);

// Adds {place, place of the first of its kind, 0} to `removals` for every part that goes.
void FindRepetitions(const PartRules& rules, RecordSorter* keys, RecordSorter* removals);

// A part that goes.
struct PartRemoval {
  PartPlace place;
  uint64_t first_record;
};

// A source that hands out, with each batch, which parts of its records go.
class RemovalSource : public Source {
 public:
  // `removals` must be finished.
  RemovalSource(Source* source, RecordSorter* removals);

  bool Next(Batch* batch) override;

  void Seek(const Position& position) override { source_->Seek(position); }

  uint64_t bytes_read() const override { return source_->bytes_read(); }

  uint64_t bytes_total() const override { return source_->bytes_total(); }

  // Of a batch that Next gave, once. Thread-safe.
  std::vector<PartRemoval> Take(uint64_t sequence);

 private:
  Source* source_;
  RecordSorter* removals_;
  RecordSorter::Record next_{};
  bool has_next_;
  std::mutex mutex_;
  std::map<uint64_t, std::vector<PartRemoval>> by_sequence_;  // guarded by mutex_
};

// Writes the documents without these parts.
class PartTransform : public BatchTransform {
 public:
  // Everything but the rules is borrowed.
  PartTransform(const RunContext& context, const PartRules& rules, const DocumentReader& reader,
                RecordRange range, bool explain, RemovalSource* source)
      : context_(context),
        rules_(rules),
        reader_(reader),
        range_(range),
        explain_(explain),
        source_(source) {}

  void Apply(const Batch& batch, BatchResult* result) const override;

 private:
  struct Place {
    uint64_t record;
    size_t begin, end;  // in the batch
  };

  void Remove(const Batch& batch, const Place& place, std::span<const PartRemoval> removals,
              Document* document, BatchResult* result) const;
  void Explain(const Batch& batch, const Place& place, std::span<const TextPart> parts,
               std::span<const PartRemoval> removals, const Document& document, bool is_dropped,
               BatchResult* result) const;

  const RunContext& context_;
  const PartRules rules_;
  const DocumentReader& reader_;
  const RecordRange range_;
  const bool explain_;
  RemovalSource* const source_;
};

}  // namespace owt::dedup
