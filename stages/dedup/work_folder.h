#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "pipeline/context.h"
#include "pipeline/fd.h"

namespace owt::dedup {

// The hidden folder, beside the output or elsewhere, in which a run of several passes keeps what
// one hands to the next. A run that was killed or interrupted finds there what it had done; after
// any other failure the folder goes. Throws Error{kOutput}.
class WorkFolder {
 public:
  // Starts empty, unless a run of the same fingerprint was cut off. With --resume throws
  // Error{kUsage} where none was; Error{kOutput} where another run has the folder now.
  WorkFolder(const RunContext& context, std::string path);
  ~WorkFolder();
  WorkFolder(const WorkFolder&) = delete;
  WorkFolder& operator=(const WorkFolder&) = delete;

  // Where it is for an output.
  static std::string Beside(const std::string& output);

  // Removes the folder at `path`. To be called when the run is on record.
  static void Remove(const std::string& path);

  // With its final '/'.
  const std::string& path() const { return path_; }

  // Whether a step is on record as done, and puts it there.
  bool IsDone(std::string_view step) const;
  void SetDone(std::string_view step) const;

  // Removes all that the next pass of this run would need and a part of an index does not.
  void KeepForIndex() const;

 private:
  void Begin() const;
  void RemoveFiles(const std::function<bool(std::string_view name)>& is_one) const;

  const RunContext& context_;
  std::string path_;
  Fd lock_;
  int num_exceptions_;
};

// A copy of `context` for a pass of its own over the whole input, which leaves `name` in the
// folder.
RunContext PassContext(const RunContext& context, const WorkFolder& folder, std::string_view name);

}  // namespace owt::dedup
