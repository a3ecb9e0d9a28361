#pragma once

#include <cstddef>
#include <string>

#include "pipeline/context.h"
#include "pipeline/options.h"

namespace owt::dedup {

// Takes out of the run's documents what was there before, in any of them, at least `window_bytes`
// bytes long; docs/dedup-substrings.md says which bytes. Reads the whole input twice, also for a
// shard; holds its texts and some numbers on disk beside the output (the formula is there too). A
// document of which nothing but white space is left is dropped as "nothing_left";
// "substrings_removed" and "substring_bytes_removed" are noted. Lines of `explain_path` are those
// of DedupParts; one of "removed" is a piece of what went that stands in the text of `first`.
// Throws Error{kUsage} for an input that is a pipe.
void DedupSubstrings(RunContext& context, size_t window_bytes, const std::string& explain_path);

// The option that asks for it.
class SubstringOptions {
 public:
  // The only place where it is named.
  void Declare(OptionSet& options);

  bool wanted() const { return window_bytes_ != 0; }

  // Throws Error{kUsage} where it is too small. REQUIRES: wanted().
  size_t window_bytes() const;

 private:
  size_t window_bytes_ = 0;
};

}  // namespace owt::dedup
