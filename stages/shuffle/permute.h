#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "stages/shuffle/prf.h"
#include "stages/shuffle/scatter.h"
#include "stages/shuffle/spill_file.h"

namespace owt::shuffle {

// Pass 2 of the shuffle: partition after partition is loaded, sorted by position and handed on.

struct PermuteOptions {
  size_t memory_bytes;
  size_t workers;
  uint64_t head = ~uint64_t{0};  // hand on the first so many records only; not after a Restore
};

// Takes lines in shuffled order: whole lines, and how many they are. Called in order, by one thread
// at a time; the text is gone when it returns.
using EmitLines = std::function<void(std::string_view lines, uint64_t records)>;

// Hands the records of `partitions` (Scatter::Finish) on, in order, and returns the position of the
// last of them; 0 where there is none, and no use after a Restore. Partitions are prepared in
// parallel; one that is too large for its share of the memory is first split further through the
// same spill file. Only a single line larger than that is held all the same. A record that is there
// twice (after a Restore) is handed on once. Throws Error where the disk fails or the spill file is
// damaged, and whatever `emit` throws.
uint64_t Permute(const Order& order, std::vector<Partition> partitions,
                 const PermuteOptions& options, SpillFile* spill, const EmitLines& emit);

}  // namespace owt::shuffle
