#pragma once

#include <cstdint>
#include <string_view>

namespace owt::dedup {

// The first 8 bytes of SHA-1 (FIPS 180-4) of `bytes`, the first one lowest: what datasketch and
// datatrove take for a hash. Nothing here is for secrets.
uint64_t Sha1Low64(std::string_view bytes);

}  // namespace owt::dedup
