#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace owt::dedup {

// Sorts records of three numbers by the first, then the second, then the third, in parallel, with
// as much memory again: by the highest bits in which they differ at all, many ways at a time, until
// a few are left. So time grows with their number alone, whatever they hold.
void SortRecords(std::span<std::array<uint64_t, 3>> records);

}  // namespace owt::dedup
