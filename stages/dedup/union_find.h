#pragma once

#include <cstdint>
#include <vector>

#include "pipeline/large_pages.h"

namespace owt::dedup {

// Disjoint sets of 0..size-1 whose root is always their smallest member, so that the result does
// not depend on the order of the unions. 4 bytes an element. Not thread-safe.
class UnionFind {
 public:
  explicit UnionFind(uint32_t size);

  // The smallest member of the set of `element`.
  uint32_t Find(uint32_t element);

  // Joins two sets.
  void Union(uint32_t a, uint32_t b);

 private:
  std::vector<uint32_t, LargePages<uint32_t>> parents_;  // never above the element itself
};

}  // namespace owt::dedup
