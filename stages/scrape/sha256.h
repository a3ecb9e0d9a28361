#pragma once

#include <string>
#include <string_view>

namespace owt::scrape {

// SHA-256 (FIPS 180-4) as 64 lower-case hexadecimal digits. For names that another program also
// computes; use pipeline/hash.h for everything else. Linear; about 200 MB/s.
std::string Sha256Hex(std::string_view bytes);

}  // namespace owt::scrape
