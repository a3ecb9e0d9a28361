#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "formats/compression.h"
#include "formats/input_stream.h"

namespace owt::formats {

// The bytes of a file or of stdin as they stand there, for decoders. Owns the descriptor (but
// leaves stdin open). Not thread-safe. Every function throws Error{kInput} where a read fails.
class RawInput {
 public:
  // "-" is stdin. REQUIRES: offset is 0 for what is not a regular file.
  RawInput(const std::string& path, uint64_t offset, RawObserver observer);
  ~RawInput();
  RawInput(const RawInput&) = delete;
  RawInput& operator=(const RawInput&) = delete;

  // Looks at the first bytes and leaves them in place. REQUIRES: nothing was read yet.
  Compression Detect();

  // One read into the caller's buffer; 0 at the end. REQUIRES: Peek was never called.
  size_t Read(char* out, size_t size);

  // The bytes that were read and not consumed; reads more where there are none. Empty at the end.
  std::string_view Peek();
  void Consume(size_t size);

  // Offset in the file of the next byte to be returned or consumed.
  uint64_t position() const { return position_; }

  bool is_regular() const { return is_regular_; }

  // Bytes in the file when it was opened; 0 where it is not regular.
  uint64_t size() const { return size_; }

  // Throws Error{kInput} with the name of this input and the position.
  [[noreturn]] void Fail(const std::string& message) const { FailAt(position_, message); }

  [[noreturn]] void FailAt(uint64_t position, const std::string& message) const;

 private:
  size_t ReadFromFile(char* out, size_t size);

  std::string name_;
  bool is_stdin_;
  int fd_;
  bool is_regular_ = false;
  uint64_t size_ = 0;
  uint64_t position_ = 0;
  RawObserver observer_;
  std::string head_;                // read by Detect from a pipe, still to be returned
  std::unique_ptr<char[]> buffer_;  // of Peek
  std::string_view peeked_;
};

}  // namespace owt::formats
