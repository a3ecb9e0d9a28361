#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "pipeline/fd.h"

namespace owt::trainer {

// A file that a run adds to and that outlives it: what was added is gathered and written by Flush.
// Not thread-safe. Throws Error{kOutput} naming the file.
class AppendedFile {
 public:
  // Makes the file, or opens the one that is there and cuts it to the bytes that `kept` says.
  AppendedFile(const std::string& path,
               const std::function<uint64_t(std::string_view content)>& kept);

  void Add(std::string_view bytes) { waiting_ += bytes; }

  // Hands what was added to the system; Sync makes it durable as well.
  void Flush();
  void Sync();

  const std::string& path() const { return file_.path(); }

 private:
  Fd file_;
  std::string waiting_;
};

// Cuts a file that may be open elsewhere to the bytes that `kept` says of its content.
void CutFile(const std::string& path,
             const std::function<uint64_t(std::string_view content)>& kept);

}  // namespace owt::trainer
