#pragma once

#include <cstdint>
#include <string>

#include "pipeline/context.h"
#include "pipeline/options.h"
#include "stages/dedup/text_parts.h"

namespace owt::dedup {

// Lines or paragraphs that come again, in one document or in several.
struct PartRules {
  PartUnit unit = PartUnit::kLine;
  uint64_t min_count = 2;  // what is there so often is a repetition
  uint64_t keep = 1;       // so many of it stay, the first ones
  uint64_t min_chars = 1;  // what has fewer, normalized, is left alone; at least 1
};

// Takes repetitions out of the run's documents, in two passes over the input (the whole of it, also
// for a shard) with a sort between them: 24 bytes a part, in bounded memory, on disk beside the
// output beyond that. Two parts are the same where 128 bits of XXH3 of their normalized forms are.
// A document of which nothing but white space is left is dropped as "nothing_left"; the parts that
// went are noted as "lines_removed" or "paragraphs_removed". Lines of `explain_path`, one for each
// document that lost one:
//   {"record":N,"file":F,"offset":B,"url":U,"outcome":"changed"|"dropped",
//    "removed":[{"begin":B,"end":E,"first":N},..]}
// in bytes of the text; `first` is the record with the first of its kind. Throws Error{kUsage} for
// an input that is a pipe.
void DedupParts(RunContext& context, const PartRules& rules, const std::string& explain_path);

// The options that ask for it.
class PartOptions {
 public:
  // The only place where they are named.
  void Declare(OptionSet& options);

  bool wanted() const { return lines_ || paragraphs_; }

  // Throws Error{kUsage} where both are given. REQUIRES: wanted().
  PartRules Make() const;

 private:
  bool lines_ = false;
  bool paragraphs_ = false;
  PartRules rules_;
};

}  // namespace owt::dedup
