#pragma once

#include <cstdint>
#include <memory>

#include "formats/compression.h"
#include "formats/input_stream.h"
#include "formats/raw_input.h"

namespace owt::formats {

// The decoder of a format. `raw` stands at the first byte of the compressed data. Only bzip2 makes
// use of more than one worker.
// Memory: gzip 40 KiB, bzip2 see Bzip2Blocks, xz up to kMaxXzMemory, zstd the window of the file
// (at most 2 GiB; 8 MiB for the usual levels), and 256 KiB each for reading. REQUIRES: compression
// is not kNone, workers >= 1.
std::unique_ptr<InputStream> NewDecoder(Compression compression, std::unique_ptr<RawInput> raw,
                                        int workers);

// xz -9 needs 65 MiB; the format allows 4 GiB. A file that asks for more than this is an error.
inline constexpr uint64_t kMaxXzMemory = uint64_t{1} << 30;

}  // namespace owt::formats
