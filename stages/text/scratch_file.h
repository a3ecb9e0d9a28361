#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace owt::text {

// A nameless temporary file: written at its end through a buffer, read anywhere, gone with the
// object, and with the process however that ends. Not thread-safe.
//
// Throws Error{kResource} where the disk is full or the folder cannot be written.
class ScratchFile {
 public:
  // `folder` empty is the working folder. Nothing is opened before the first byte is written out.
  ScratchFile(std::string folder, size_t buffer_bytes);
  ~ScratchFile();

  ScratchFile(ScratchFile&& other) noexcept;
  ScratchFile& operator=(ScratchFile&& other) noexcept;

  void Append(std::string_view bytes);

  // Bytes appended so far.
  uint64_t size() const { return written_ + buffer_.size(); }

  // Writes the buffer out and frees it; to be called between the last Append and the first ReadAt.
  void FinishWriting();

  // Reads up to `size` bytes at `offset`; fewer only at the end.
  size_t ReadAt(uint64_t offset, char* out, size_t size) const;

 private:
  void Flush();
  void Open();

  std::string folder_;
  size_t buffer_bytes_;
  std::string buffer_;
  uint64_t written_ = 0;
  int fd_ = -1;
};

}  // namespace owt::text
