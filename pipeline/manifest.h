#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "pipeline/context.h"

namespace owt {

// The account of a run, NAME.manifest.json beside its output, written last and replaced
// atomically. Layout: docs/formats.md.
struct Manifest {
  std::string stage;
  std::string version;
  std::string fingerprint;
  std::string output;  // what the run was asked to write; empty where an old one does not say
  std::vector<InputRecord> inputs;
  std::vector<OutputRecord> outputs;
  Tally tally;
};

// "out.jsonl" -> "out.jsonl.manifest.json"; "out/" -> "out.manifest.json".
std::string ManifestPath(const std::string& output);

// Throws Error{kInput} if the file is missing or is no manifest.
Manifest ReadManifest(const std::string& path);

struct Timings {
  double wall_seconds = 0;
  double user_seconds = 0;
  double system_seconds = 0;
  uint64_t peak_rss_bytes = 0;
};

// Of this process so far; wall is the caller's.
Timings ProcessTimings(double wall_seconds);

// The summary that --stats and the manifest share, as JSON.
std::string ManifestJson(const RunContext& context, const Timings& timings);

// Whether the output of this run already exists: same fingerprint, inputs of the same time or at
// least of the same content, and every output file has its recorded size.
bool IsUpToDate(const RunContext& context);

// Of what decides the output: version, stage, options, the content of the files that options name
// (OptionSet::Files), inputs (path, size). Throws Error{kInput} where such a file cannot be read,
// Error{kUsage} where it is no regular file.
std::string Fingerprint(const RunContext& context);

// The same with the times of the inputs: what an interrupted run must match to go on.
std::string ResumeFingerprint(const RunContext& context);

}  // namespace owt
