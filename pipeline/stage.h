#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/options.h"
#include "pipeline/transform.h"

namespace owt {

class RunContext;

// A subcommand. One interface, one level of inheritance.
class Stage {
 public:
  virtual ~Stage() = default;

  // Names the options into plain fields: the only place where an option is named.
  virtual void Declare(OptionSet& options) = 0;

  // Does the work or throws Error.
  virtual void Run(RunContext& context) = 0;

  // Removes what Run keeps beside the output so that a killed run can go on. Called when the run is
  // on record, and again by one that finds the output up to date: the first may have died before.
  virtual void CleanUp(const RunContext& /*context*/) {}

  // What the output, as given or made from the input's name, is called. A stage whose output is the
  // beginning of several names cuts off what would be the suffix of one file: the manifest and the
  // journal stand beside the files under the same beginning.
  virtual std::string OutputName(std::string output) const { return output; }

  // An option of the stage's own that names the output as --output does; empty where not given.
  virtual std::string OutputOption() const { return {}; }

  // How many runs the command stands for. Of more than one, run I is that of --shard I/N and writes
  // OUTPUT_I.
  virtual uint64_t partitions() const { return 1; }

  // The files that the run's output stands for, as far as they are known before it. One that is
  // there and that owt did not write is not replaced, unless by --force.
  virtual std::vector<std::string> OutputFiles(const RunContext& context) const;

  // The inputs that the typed ones stand for. A stage whose inputs are pairs of files names both of
  // each pair, so that the fingerprint and the manifest know them.
  virtual std::vector<std::string> InputPaths(const std::vector<std::string>& typed) const {
    return typed;
  }

  // A map stage returns its step, so that `owt run` can fuse neighbours; others return nullptr.
  virtual std::unique_ptr<MapTransform> MakeMap() { return nullptr; }
};

// Which paths a command takes.
enum class PathRule {
  kNone,            // options only
  kInputs,          // INPUT...
  kAddress,         // ADDRESS [OUTPUT...]: what is asked for, and where to look
  kInputsToOutput,  // INPUT... OUTPUT, and the common options of data stages
  kRecipe,          // RECIPE [INPUT... OUTPUT], and the same options but --input
};

inline bool HasCommonOptions(PathRule paths) {
  return paths == PathRule::kInputsToOutput || paths == PathRule::kRecipe;
}

// A row of the table of commands.
struct StageEntry {
  std::string_view name;
  std::string_view group;    // "Data", "Around", "Model"
  std::string_view summary;  // one line
  std::string_view reads;    // what the inputs are
  std::string_view writes;   // what the output is
  PathRule paths;
  std::unique_ptr<Stage> (*make)();  // nullptr: not in this build
  std::string_view needs;            // what a build lacks when make is nullptr
};

}  // namespace owt
