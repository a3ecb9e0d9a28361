#pragma once

#include <atomic>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/options.h"
#include "pipeline/stage.h"
#include "pipeline/tally.h"

namespace owt {

class Progress;
class SideFile;

// --shard i/N: this run takes part `index` (from 0) of `count` equal byte ranges of the input.
struct Shard {
  uint64_t index = 0;
  uint64_t count = 1;
};

// Options that every data stage has; declared once, in context.cc.
struct CommonOptions {
  int workers = 0;            // 0: one per core
  uint64_t memory_bytes = 0;  // 0: a quarter of the machine's
  uint64_t seed = 1234;
  std::string quarantine;      // file for bad records; default OUTPUT.quarantine.jsonl
  std::string dropped;         // file for dropped records; default none
  std::string max_bad = "1%";  // N or P%: more bad records than this end in exit code 3
  std::string stats;           // file for the summary as JSON
  std::string shard = "0/1";
  std::vector<std::string> input;  // --input; without it the paths
  std::string output;              // -o; without it the last path
  std::string config;              // TOML settings; without it owt.toml of the folder we are in
  std::string text_key = "text";
  std::string url_key = "url";
  uint64_t part_bytes = uint64_t{1} << 30;  // for outputs that end in /
  uint64_t max_record_bytes = uint64_t{32} << 20;
  uint64_t batch_bytes = 0;                         // 0: chosen from memory and workers
  uint64_t checkpoint_bytes = uint64_t{256} << 20;  // of input and output between journal entries
  bool resume = false;
  bool force = false;
  bool dry_run = false;
  bool quiet = false;
  bool verbose = false;

  // Without `with_input`, all but --input.
  void Declare(OptionSet& options, bool with_input = true);
};

// Declares everything that a command takes: its own options, the common ones for data stages, and
// --config. `stage` and `common` must outlive `options`.
void DeclareAll(const StageEntry& entry, Stage& stage, CommonOptions& common, OptionSet& options);

// A file that a run completed, as the manifest records it.
struct OutputRecord {
  std::string path;
  uint64_t records = 0;
  uint64_t bytes = 0;
  uint64_t xxh3 = 0;
};

// An input file, as the manifest records it.
struct InputRecord {
  std::string path;
  uint64_t bytes = 0;
  int64_t mtime_ns = 0;
  uint64_t xxh3 = 0;  // of the bytes as stored; valid once `hashed`
  bool hashed = false;
};

// Everything a stage may know about its run. Owned by the driver, lives as long as the run.
class RunContext {
 public:
  const StageEntry* stage = nullptr;
  std::span<const StageEntry> stages;  // the whole table, for `run` and `init`
  const OptionSet* options = nullptr;
  std::vector<std::string> given;  // names of the options of the command line
  CommonOptions common;

  std::vector<std::string> paths;   // as typed (PathRule::kInputs: all; else without the output)
  std::vector<InputRecord> inputs;  // files, expanded from paths in sorted order; "-" is stdin
  std::string output;               // path; "-" is stdout; ends in '/' for a folder of parts
  std::string fingerprint;          // of version, options and inputs: what a resume must match

  Tally tally;                        // filled by the flow
  std::vector<OutputRecord> outputs;  // filled by sinks on commit

  int workers() const;  // >= 1
  uint64_t memory_bytes() const;
  Shard shard() const;
  size_t batch_bytes() const;
  size_t max_batches() const;  // batches in flight, from memory, record limit and workers

  // True after the first SIGINT or SIGTERM: finish cleanly.
  bool cancelled() const;

  // Whether inputs without a record make an output without one. Otherwise that is an error: most
  // often the path is wrong.
  bool takes_empty_input = false;

  Progress* progress = nullptr;  // never null during Run

  // The file of --dropped while RunFlow lasts, for sinks that drop records on Commit.
  SideFile* dropped = nullptr;

  // Reports, unless --quiet, on stderr. For facts a user needs once, never per record.
  void Say(std::string_view line) const;
};

}  // namespace owt
