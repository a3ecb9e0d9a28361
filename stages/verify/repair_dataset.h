#pragma once

#include <cstdint>
#include <string>

namespace owt::verify {

// Writes the .idx of Megatron's dataset anew where what is left says what it was, and says how:
//   from the lengths of a damaged .idx, if they add up to the .bin: offsets are their sums;
//   document bounds are the old ones where they are whole, else a document is a sequence
//   from the .bin alone, if it ends with `eot`: every document ends with it
// The .bin is never touched, and an .idx in which nothing is wrong is not either. Throws
// Error{kInput} where nothing can be rebuilt.
std::string RepairDataset(const std::string& path, uint32_t eot);

}  // namespace owt::verify
