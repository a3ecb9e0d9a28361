#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pipeline/output_file.h"

namespace owt::formats {

// An OutputFile that takes small pieces: they go to the file by the MiB. What is large goes there
// without a copy.
class BufferedOutput {
 public:
  explicit BufferedOutput(std::string path, uint64_t resume_at = 0)
      : file_(std::move(path), resume_at) {}

  void Write(std::string_view bytes) {
    if (bytes.size() >= kBufferBytes) {
      Flush();
      file_.Write(bytes);
      return;
    }
    buffer_ += bytes;
    if (buffer_.size() >= kBufferBytes) Flush();
  }

  void Flush() {
    if (!buffer_.empty()) file_.Write(buffer_);
    buffer_.clear();
  }

  void Keep(std::vector<Fd>* unsynced) {
    Flush();
    file_.Keep(unsynced);
  }

  void Commit() {
    Flush();
    file_.Commit();
  }

  // Without what is still in the buffer.
  const OutputFile& file() const { return file_; }

 private:
  static constexpr size_t kBufferBytes = size_t{1} << 20;

  OutputFile file_;
  std::string buffer_;
};

}  // namespace owt::formats
