#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/batch.h"
#include "pipeline/fd.h"

namespace owt {

// The journal of a resumable run: ".NAME.owt-journal" beside the output NAME, or ".owt-journal" in
// an output folder. The first line names the
// run by its fingerprint; each further line is a state to which a later run can return. A line
// ends with its own hash, so that a line cut by a kill counts as not written.
class Journal {
 public:
  struct Entry {
    Position position;  // next input
    std::string sink;   // what Sink::Checkpoint said
    Tally tally;        // so far
    uint64_t quarantine_bytes = 0;
    uint64_t dropped_bytes = 0;
    std::vector<std::pair<uint32_t, uint64_t>> file_hashes;  // of input files read to their end
  };

  // The journal's name; empty for "-", which has none.
  static std::string PathFor(const std::string& output);

  // `output` names the run's output; "-" has no journal.
  Journal(const std::string& output, std::string fingerprint);

  // The last state of an interrupted run with the same fingerprint.
  std::optional<Entry> Load() const;

  // Writes the first line if there is none: from now on an unfinished run is known here.
  void Begin();

  // Starts over, or goes on behind what Load returned; then appends. Durable on return.
  void Append(const Entry& entry);

  // Forgets the states, but stays: an unfinished run is known here, and has to start over.
  void Clear();

  // Forgets everything: the run is complete or starts over.
  void Remove();

  bool enabled() const { return !path_.empty(); }

 private:
  std::string path_;
  std::string fingerprint_;
  Fd fd_;
};

}  // namespace owt
