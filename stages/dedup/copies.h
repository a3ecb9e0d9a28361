#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "stages/dedup/index_part.h"
#include "stages/dedup/record_set.h"
#include "stages/dedup/union_find.h"
#include "stages/text/scratch_file.h"

namespace owt::dedup {

// The documents whose text equals an earlier one's. A quarter of a byte a record, and 8 bytes on
// disk a copy. Reading is thread-safe.
class Copies {
 public:
  // From the exact files of `old` parts and of `own`, the last, within `memory_bytes` beside the
  // sets. Of copies among old parts nothing is said. Joins the copies in `clusters`, which has an
  // element for each record. Without `own_too` a copy of an own document alone is none.
  Copies(const std::vector<IndexPart>& old, const IndexPart& own, bool own_too,
         const std::string& scratch_folder, uint64_t memory_bytes, UnionFind* clusters);

  // The records that are documents, and those of them that are copies; numbered with old parts.
  const RecordSet& documents() const { return documents_; }

  const RecordSet& copies() const { return copies_; }

  // The first document with the same text: itself where it is no copy. One read of the disk.
  uint32_t FirstOf(uint32_t document) const;

 private:
  friend class CopiesInOrder;

  RecordSet documents_, copies_;
  text::ScratchFile firsts_;  // of each copy, in their order
};

// Reads many firsts at a time. Not thread-safe.
class CopiesInOrder {
 public:
  explicit CopiesInOrder(const Copies* copies) : copies_(copies) {}

  // As Copies::FirstOf, for documents that ascend from call to call.
  uint32_t FirstOf(uint32_t document);

 private:
  const Copies* copies_;
  uint64_t begin_ = 0;  // of the first of those read, among all copies
  std::vector<uint32_t> firsts_;
};

}  // namespace owt::dedup
