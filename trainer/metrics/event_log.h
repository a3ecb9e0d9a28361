#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "trainer/metrics/appended_file.h"
#include "trainer/metrics/event_format.h"

namespace owt::trainer {

// The event file that this process writes into a folder that TensorBoard watches:
//   events.out.tfevents.SECONDS.owt-RUN
// SECONDS grows from file to file, since TensorBoard reads them in the order of their names. RUN
// stands for the folder of checkpoints. Files of the same RUN are parts of one curve: when it is
// resumed what they hold behind the checkpoint is cut off. (An event that tells TensorBoard to
// forget what it has read exists, but would take the series over samples by iterations.)
class EventLog {
 public:
  // Starts a file. `save` names the run; with an empty one no file is a part of it. Throws
  // Error{kOutput} where the folder cannot be made or written.
  EventLog(const std::string& folder, const std::string& save, int64_t iteration, int64_t samples);

  // Each scalar over iterations and, with " vs samples" behind its name, over samples.
  void Add(int64_t iteration, int64_t samples, std::span<const Scalar> scalars);

  void Flush() { file_->Flush(); }

  void Sync() { file_->Sync(); }

 private:
  std::optional<AppendedFile> file_;
};

}  // namespace owt::trainer
