#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace owt::formats {

// Called with every block of bytes as it stands in the file, once and in order, for hashing an
// input while it is read. One thread at a time calls it, not always the one that calls Read; when
// Read has returned 0, every byte of the input has been seen.
using RawObserver = std::function<void(std::string_view)>;

// The decompressed bytes of one input, from front to back. Not thread-safe. It may be destroyed at
// any point.
class InputStream {
 public:
  virtual ~InputStream() = default;
  InputStream() = default;
  InputStream(const InputStream&) = delete;
  InputStream& operator=(const InputStream&) = delete;

  // Writes the next bytes to out: at least 1 and at most `size`, or 0 at the end and ever after.
  // REQUIRES: size > 0. Throws Error{kInput} with file and compressed position where the data is
  // corrupt, truncated or followed by something that is not data, or cannot be read; do not call it
  // again after that. Bytes returned before are then correct as far as the format's checksums
  // reach.
  virtual size_t Read(char* out, size_t size) = 0;

  // How many bytes of the file went into what Read has returned, roughly: for progress. Exact for
  // plain files, and equal to the size of the input at its end.
  virtual uint64_t compressed_position() const = 0;
};

struct InputOptions {
  RawObserver observer;  // may be empty
  int workers = 1;       // threads that may decode one bzip2 input
};

// Opens a file, or stdin for "-", and finds its compression by magic bytes (never by name): plain,
// gzip (members in a row, trailing zero padding), bzip2 (streams in a row), xz (streams in a row,
// padding) and zstd (frames in a row, skippable frames, windows up to 2 GiB). An empty file is
// plain and has no bytes. What is plain goes by a single read into the caller's buffer.
// Throws Error{kInput}.
std::unique_ptr<InputStream> OpenInput(const std::string& path, const InputOptions& options = {});

// Opens a regular, uncompressed file at a byte offset; at or after the end of the file it has no
// bytes. It does not look for compression: ask ProbeInput first. Throws Error{kInput}.
std::unique_ptr<InputStream> OpenPlainAt(const std::string& path, uint64_t offset,
                                         RawObserver observer = {});

struct InputInfo {
  bool is_regular = false;  // a regular file, so that size is known
  bool is_plain = false;    // regular and not compressed: OpenPlainAt and byte ranges work
  uint64_t size = 0;        // bytes in the file; 0 where it is not regular
};

// What can be known about an input without consuming it. "-" is neither regular nor plain.
// Throws Error{kInput} where the path does not exist or cannot be read.
InputInfo ProbeInput(const std::string& path);

}  // namespace owt::formats
