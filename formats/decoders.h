#pragma once

#include <memory>

#include "formats/compression.h"
#include "formats/input_stream.h"
#include "formats/raw_input.h"

namespace owt::formats {

// The sequential decoders, one per format, over the compression libraries. `raw` stands at the
// first byte of the compressed data. REQUIRES: compression is not kNone.
// Memory: gzip 40 KiB, bzip2 4 MiB, xz up to kMaxXzMemory, zstd the window of the file (at most
// 2 GiB; 8 MiB for the usual levels).
std::unique_ptr<InputStream> NewDecoder(Compression compression, std::unique_ptr<RawInput> raw);

// xz -9 needs 65 MiB; the format allows 4 GiB. A file that asks for more than this is an error.
inline constexpr uint64_t kMaxXzMemory = uint64_t{1} << 30;

}  // namespace owt::formats
