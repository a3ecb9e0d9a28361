#pragma once

#include <cstdint>

#include "pipeline/batch.h"

namespace owt::dedup {

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

  bool Next(Batch* batch) override {
    if (!source_->Next(batch)) return false;
    if (!range_.contains(batch->begin.record)) batch->bad.clear();
    return true;
  }

  void Seek(const Position& position) override { source_->Seek(position); }

  uint64_t bytes_read() const override { return source_->bytes_read(); }

  uint64_t bytes_total() const override { return source_->bytes_total(); }

 private:
  Source* source_;
  RecordRange range_;
};

}  // namespace owt::dedup
