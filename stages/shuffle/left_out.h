#pragma once

#include <cstdint>

#include "pipeline/context.h"
#include "stages/shuffle/prf.h"

namespace owt::shuffle {

// Writes the records whose position is above `last_position` to the file of --dropped, as
// "not_in_head" and in the order of the inputs, by reading these once more. Takes the memory of one
// batch. Throws Error{kInput} where there are not `expected` of them: the inputs have changed.
// REQUIRES: context.dropped is wanted, inputs are files, no shard.
void ListLeftOut(RunContext& context, const Order& order, uint64_t last_position,
                 uint64_t expected);

}  // namespace owt::shuffle
