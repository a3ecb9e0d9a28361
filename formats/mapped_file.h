#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace owt::formats {

// A whole file mapped read-only. The view lives as long as the object (moving keeps it valid). Any
// number of threads may read. Pages come from disk as they are touched, so the size of a file is no
// matter of memory; a file that another program cuts short while it is mapped kills the process
// with SIGBUS, as it does to every reader that maps.
class MappedFile {
 public:
  // Throws Error{kInput} when the file cannot be opened or mapped, or is not a regular file. An
  // empty file gives an empty view.
  explicit MappedFile(std::string path);
  ~MappedFile();
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;

  std::string_view bytes() const { return bytes_; }

  uint64_t size() const { return bytes_.size(); }

  const std::string& path() const { return path_; }

  // Gives back the memory of what was read so far; the view stays good and is read again from the
  // file (or the page cache) where it is touched again.
  void DropPages() const;

 private:
  void Unmap();

  std::string path_;
  std::string_view bytes_;
};

}  // namespace owt::formats
