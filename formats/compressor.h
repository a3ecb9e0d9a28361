#pragma once

#include <string>
#include <string_view>

#include "formats/compression.h"

namespace owt::formats {

// Appends `plain` to *out as one complete gzip member, bzip2 stream, xz stream or zstd frame (or as
// it is, for kNone): a file of such frames in a row is a file of that format, and may be cut at any
// frame. The bytes depend on `plain` and on the version of the library alone: gzip level 6 without
// time or name, bzip2 -9, xz -6, zstd -3 with content size and checksum.
// Thread-safe. Memory beside the output, per call at the same time: gzip 0.3 MiB, bzip2 8 MiB,
// xz 11 times the frame (at most 95 MiB), zstd up to 4 MiB; gzip and zstd keep theirs per thread.
// Throws std::bad_alloc.
void CompressFrame(Compression compression, std::string_view plain, std::string* out);

}  // namespace owt::formats
