#pragma once

#include <map>
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
  std::map<std::string, std::string> options;  // every option's value as text
  std::string output;  // what the run was asked to write; empty where an old one does not say
  std::vector<InputRecord> inputs;
  std::vector<OutputRecord> outputs;
  Tally tally;
};

// "out.jsonl" -> "out.jsonl.manifest.json"; "out/" -> "out.manifest.json".
std::string ManifestPath(const std::string& output);

// Throws Error{kInput} if the file is missing or is no manifest.
Manifest ReadManifest(const std::string& path);

// The manifests of a corpus directory (a folder with owt.toml, ending in '/', or "" for the one we
// are in) that are there already, in the order of its stages.
std::vector<std::string> CorpusManifests(const std::string& folder);

// Where a file is now that `manifest` records as `recorded`: at the same place relative to the
// manifest as when the run wrote it, or else, with an absolute path, where it was.
std::string PlaceOf(const std::string& recorded, const std::string& manifest_path,
                    const Manifest& manifest);

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
