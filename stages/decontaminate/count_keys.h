#pragma once

#include <cstdint>
#include <vector>

#include "pipeline/context.h"
#include "stages/decontaminate/ngram_keys.h"

namespace owt::decontaminate {

// Whose positions and lengths are used.
enum class Compat { kNone, kMegatron };

// The first pass over the input, the whole of it also for a shard: in how many documents each key
// is met when they are read from the left, and reading goes on behind each match. By key.
std::vector<uint64_t> CountKeys(RunContext& context, const NgramKeys& keys, Compat compat);

}  // namespace owt::decontaminate
