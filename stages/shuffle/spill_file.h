#pragma once

#include <sys/uio.h>

#include <cstdint>
#include <mutex>
#include <span>
#include <string>

namespace owt::shuffle {

// The temporary file of a shuffle: extents are appended by many threads and read back by place.
//
// The file lies beside the output under a hidden name that the output's name decides, and is
// locked while a run uses it. The destructor removes it, unless it was synced for a later run. What
// a killed run left is taken over by the next one, to go on with or to empty; a second run at the
// same time is refused.
class SpillFile {
 public:
  // A piece of the file; `length` 0 means "none".
  struct Extent {
    uint64_t offset = 0;
    uint64_t length = 0;
  };

  // `path` is created on the first write. Nothing is done before.
  explicit SpillFile(std::string path) : path_(std::move(path)) {}

  ~SpillFile();
  SpillFile(const SpillFile&) = delete;
  SpillFile& operator=(const SpillFile&) = delete;

  // The hidden name beside `output`: "dir/.name.shuffle".
  static std::string NameBeside(const std::string& output);

  // Takes the place for `length` bytes at the end of the file. Thread-safe.
  Extent Reserve(uint64_t length);

  // Fills a reserved extent with the pieces in order, with as few system calls as there are groups
  // of 1024 pieces. Thread-safe for different extents. Throws Error (kOutput), with the path.
  // Changes `pieces`.
  void Write(Extent extent, std::span<iovec> pieces);

  // Reads a written extent into `to`, which has room for its length. Thread-safe.
  void Read(Extent extent, char* to) const;

  // Gives the disk blocks of an extent back where the file system can and no later run needs them;
  // otherwise does nothing.
  void Release(Extent extent) const;

  // Makes what was written durable, and leaves the file behind from now on until Discard.
  void Sync();

  // Goes on behind the first `end` bytes of what an earlier run left; false where they are not
  // there. REQUIRES: nothing was written yet.
  bool Reopen(uint64_t end);

  // The file is not needed any more: the destructor removes it.
  void Discard() { is_kept_ = false; }

  uint64_t bytes_reserved() const { return end_; }

 private:
  void Open(bool is_new);
  void EnsureOpen(bool is_new);

  std::string path_;
  int fd_ = -1;
  bool is_kept_ = false;
  std::mutex mutex_;
  uint64_t end_ = 0;      // guarded by mutex_
  bool is_open_ = false;  // guarded by mutex_; fd_ stays as it is from then on
};

}  // namespace owt::shuffle
