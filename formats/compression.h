#pragma once

#include <string_view>

namespace owt::formats {

// The compressed file formats that owt reads and writes.
enum class Compression { kNone, kGzip, kBzip2, kXz, kZstd };

// As it stands in messages: "plain", "gzip", "bzip2", "xz", "zstd".
std::string_view CompressionName(Compression compression);

// By the suffix of an output name: .gz, .bz2, .xz, .zst; anything else is kNone.
Compression CompressionForName(std::string_view path);

// How many bytes DetectCompression wants to see.
inline constexpr size_t kMagicBytes = 10;

// By the first bytes of an input: `head` holds the first kMagicBytes of it, or all where it is
// shorter. A head cut inside a magic number that no text can start with counts as that format, so
// that a file truncated after a few bytes is an error and not a short text.
Compression DetectCompression(std::string_view head);

}  // namespace owt::formats
