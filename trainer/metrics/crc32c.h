#pragma once

#include <cstdint>
#include <string_view>

namespace owt::trainer {

// CRC-32C, the Castagnoli polynomial, as in RFC 3720. A byte at a time: for short records.
uint32_t Crc32c(std::string_view bytes);

}  // namespace owt::trainer
