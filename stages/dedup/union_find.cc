#include "stages/dedup/union_find.h"

#include <numeric>
#include <utility>

namespace owt::dedup {

UnionFind::UnionFind(uint32_t size) : parents_(size) {
  std::iota(parents_.begin(), parents_.end(), 0);
}

// Path halving; with linking by index this is O(log n) a step on the average.
uint32_t UnionFind::Find(uint32_t element) {
  while (parents_[element] != element) {
    parents_[element] = parents_[parents_[element]];
    element = parents_[element];
  }
  return element;
}

void UnionFind::Union(uint32_t a, uint32_t b) {
  a = Find(a);
  b = Find(b);
  if (a == b) return;
  if (a > b) std::swap(a, b);
  parents_[b] = a;
}

}  // namespace owt::dedup
