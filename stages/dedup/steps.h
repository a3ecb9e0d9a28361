#pragma once

#include <string>

#include "pipeline/context.h"
#include "pipeline/options.h"
#include "stages/dedup/method.h"

namespace owt::dedup {

// The options that ask for one step of dedup only: those of docs/dedup-lines.md, so that another
// engine can do what is between them, and those of Megatron-LM's tools/openwebtext.
class StepOptions {
 public:
  // The only place where they are named.
  void Declare(OptionSet& options);

  // Whether one is asked for that needs nothing of what finds pairs; Run then does it.
  bool wanted() const { return step_ != "all" || group_ || !remove_.empty(); }

  // Whether pairs are to be written (pair_writer.h) where documents would be dropped.
  bool find_only() const { return find_only_; }

  // Throws Error{kUsage} where options contradict each other. `near` as in Method.
  void Check(const RunContext& context, bool near, const std::string& explain_path) const;

  // REQUIRES: wanted().
  void Run(RunContext& context, const MethodOptions& method, bool near,
           const std::string& explain_path) const;

 private:
  void RunDrop(RunContext& context, const std::string& explain_path) const;

  std::string step_ = "all";
  std::string id_key_;
  std::string id_prefix_;
  std::string components_;
  bool find_only_ = false;
  bool group_ = false;
  double group_threshold_ = 0.7;
  std::string remove_;
};

}  // namespace owt::dedup
