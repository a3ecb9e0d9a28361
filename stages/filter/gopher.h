#pragma once

#include <optional>

#include "stages/filter/gopher_quality.h"
#include "stages/filter/gopher_repetition.h"
#include "stages/filter/word_runs.h"

namespace owt::filter {

// Who is followed in how Gopher's rules (Rae et al. 2021) count: the thresholds are the same
// numbers.
enum class GopherReading {
  kDatatrove,  // gopher_quality.h, gopher_repetition.h
  kDclm,       // dclm_gopher.h
  kDolma,      // dolma_gopher.h
};

struct GopherRules {
  GopherReading reading = GopherReading::kDatatrove;
  std::optional<GopherRepetitionRules> repetition;
  std::optional<GopherQualityRules> quality;
};

// Asks them: repetition first, as datatrove's users do, or quality, as DCLM and Dolma. Keeps its
// memory from text to text: one per thread.
class GopherJudge {
 public:
  // True: no rule needs to be asked any more.
  bool Ask(const TextParts& parts, const GopherRules& rules, HashCounter* counter,
           Findings* findings);

 private:
  bool AskRepetition(const TextParts& parts, const GopherRules& rules, HashCounter* counter,
                     Findings* findings);

  Ngrams ngrams_;
  WordRuns runs_;
};

}  // namespace owt::filter
