#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/fd.h"

namespace owt {

// A file that exists under its name only when it is complete: written as a hidden partial file in
// the same folder, synced, renamed, and the folder synced. Left behind when the object goes away
// uncommitted only if Keep was called (a resumable run); removed otherwise. "-" is stdout, which
// has no partial file. Counts and hashes what is written. Not thread-safe.
//
// Throws Error{kOutput}; also when another process is writing the same output.
class OutputFile {
 public:
  // Starts empty, or where `resume_at` bytes of an earlier partial file end; throws
  // Error{kInput} when that file is shorter.
  explicit OutputFile(std::string path, uint64_t resume_at = 0);
  ~OutputFile();
  OutputFile(OutputFile&&) noexcept;
  OutputFile& operator=(OutputFile&&) noexcept;

  // The hidden name: ".NAME.owt-partial" in the folder of `path`.
  static std::string PartialPath(const std::string& path);

  void Write(std::string_view bytes);

  // Leaves the partial file behind from now on, for a later run, and adds its descriptor to
  // *unsynced: what was written so far is durable once that is synced.
  void Keep(std::vector<Fd>* unsynced);

  // Syncs and renames; nothing may be written after it.
  void Commit();

  const std::string& path() const;
  uint64_t bytes() const;
  uint64_t xxh3() const;  // of all bytes, those before `resume_at` too

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Writes a small file at once, atomically.
void WriteFileAtomically(const std::string& path, std::string_view content);

// The whole of a small file; throws Error{kInput} if it is missing or larger than `max_bytes`.
std::string ReadSmallFile(const std::string& path, uint64_t max_bytes);

bool FileExists(const std::string& path);

}  // namespace owt
