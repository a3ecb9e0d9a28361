#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace owt {

// An owned file descriptor with calls that retry on EINTR and throw Error naming the file.
class Fd {
 public:
  Fd() = default;

  // Takes ownership of `fd`; `path` is for messages.
  Fd(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}

  Fd(Fd&& other) noexcept;
  Fd& operator=(Fd&& other) noexcept;
  ~Fd();

  static Fd OpenRead(const std::string& path);
  // Creates the file (mode 0666 less umask) if there is none; keeps its content.
  static Fd OpenWrite(const std::string& path);

  int get() const { return fd_; }

  bool valid() const { return fd_ >= 0; }

  const std::string& path() const { return path_; }

  // Bytes read, 0 at the end.
  size_t Read(char* out, size_t size);
  size_t ReadAt(char* out, size_t size, uint64_t offset) const;
  void Write(std::string_view bytes);
  void Truncate(uint64_t size);
  void SeekTo(uint64_t offset);
  uint64_t Size() const;
  void SyncData();
  // A second descriptor of the same open file.
  Fd Duplicate() const;
  void Close();

 private:
  int fd_ = -1;
  std::string path_;
};

// Makes a rename or a new file in the folder of `path` durable.
void SyncFolderOf(const std::string& path);

// The folder part of `path` with its final '/', or empty; and the rest.
std::string FolderOf(const std::string& path);
std::string NameOf(const std::string& path);

}  // namespace owt
