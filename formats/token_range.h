#pragma once

#include <cstddef>
#include <cstdint>

#include "formats/indexed_dataset.h"

namespace owt::formats {

// No int32 token is larger; one that is negative counts as larger.
inline constexpr uint32_t kAnyToken = uint32_t{1} << 31;

// The largest token as an unsigned number; 0 where there is none. At the speed of memory.
uint32_t LargestToken(const TokenView& tokens);

// Index of the first token that is not below `limit`, or tokens.size().
size_t FindTokenFrom(const TokenView& tokens, uint32_t limit);

}  // namespace owt::formats
