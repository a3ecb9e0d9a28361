#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "pipeline/batch.h"
#include "pipeline/context.h"
#include "stages/dedup/document_reader.h"
#include "stages/dedup/find_duplicates.h"
#include "stages/dedup/record_range.h"

namespace owt::dedup {

// The last pass: copies the documents that stay, byte for byte, and explains those that go.

// What becomes of the documents that go.
enum class OutputMode {
  kDrop,      // they are left out
  kAnnotate,  // they stay, and a field "dedup" says why they would go
  kList,      // the output has a line about each of them, and no documents
};

class FilterTransform : public BatchTransform {
 public:
  // With `explain` the lines about the documents that go are written to BatchResult::aux too.
  FilterTransform(const RunContext& context, const DocumentReader& reader,
                  const Duplicates& duplicates, RecordRange range, OutputMode mode, bool explain)
      : context_(context),
        reader_(reader),
        duplicates_(duplicates),
        first_(duplicates.own.begin),
        range_(range),
        mode_(mode),
        explain_(explain) {}

  void Apply(const Batch& batch, BatchResult* result) const override;

 private:
  void Keep(const Batch& batch, size_t begin, size_t end, BatchResult* result) const;
  void Remove(const Batch& batch, size_t begin, size_t end, const Removal& removal,
              BatchResult* result) const;
  std::string Line(const Batch& batch, size_t begin, const Document& document,
                   const Removal& removal) const;
  Document* Parse(const Batch& batch, size_t begin, size_t end) const;

  const RunContext& context_;
  const DocumentReader& reader_;
  const Duplicates& duplicates_;
  const uint64_t first_;  // number of the input's first record
  const RecordRange range_;
  const OutputMode mode_;
  const bool explain_;
};

}  // namespace owt::dedup
