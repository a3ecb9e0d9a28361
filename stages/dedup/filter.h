#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/batch.h"
#include "pipeline/context.h"
#include "stages/dedup/passes.h"
#include "stages/dedup/removals.h"

namespace owt::dedup {

// The last pass: copies the documents that stay, byte for byte, and explains those that go.

// Records [begin, end) of the input: what a shard writes.
struct RecordRange {
  uint64_t begin = 0;
  uint64_t end = 0;

  bool contains(uint64_t record) const { return record >= begin && record < end; }
};

// Leaves the source's own bad records to the shard that they belong to.
class RangeSource : public Source {
 public:
  RangeSource(Source* source, RecordRange range) : source_(source), range_(range) {}

  bool Next(Batch* batch) override;

  void Seek(const Position& position) override { source_->Seek(position); }

  uint64_t bytes_read() const override { return source_->bytes_read(); }

  uint64_t bytes_total() const override { return source_->bytes_total(); }

 private:
  Source* source_;
  RecordRange range_;
};

// What is known when the last pass starts. Everything is borrowed.
struct Decisions {
  std::span<const uint32_t> first_copies;  // Index::FirstCopies
  std::span<const Removal> removals;       // sorted by document
  const Candidates* candidates = nullptr;  // addresses of kept documents
  RecordRange range;
  bool explain = false;
};

class FilterTransform : public BatchTransform {
 public:
  FilterTransform(const RunContext& context, const DocumentReader& reader,
                  const Decisions& decisions)
      : context_(context), reader_(reader), decisions_(decisions) {}

  // Lines that stay go to `bytes`, lines of the explanation to `aux`.
  void Apply(const Batch& batch, BatchResult* result) const override;

 private:
  void Remove(const Batch& batch, size_t begin, size_t end, const Removal& removal,
              BatchResult* result) const;

  const RunContext& context_;
  const DocumentReader& reader_;
  const Decisions& decisions_;
};

}  // namespace owt::dedup
