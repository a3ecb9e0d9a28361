#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "stages/cleanup/character_map.h"
#include "stages/cleanup/clean_options.h"
#include "stages/cleanup/plan.h"

namespace owt::cleanup {

// Bytes [begin, end) of a text, and what was done to them.
struct SegmentPlan {
  size_t begin = 0;
  size_t end = 0;
  Plan plan;
};

// Repairs texts as ftfy 6.3.1's fix_text does with the same options. Immutable; serves any number
// of threads.
class TextCleaner {
 public:
  explicit TextCleaner(const CleanOptions& options) : options_(options), map_(options) {}

  // Cleans `text` segment by segment (a segment ends behind "\n", or is cut at max_decode_length):
  // the steps run in ftfy's order, again and again until a round changes nothing. Adds the plan of
  // each segment with one to *explanation, where that is not null.
  //
  // Returns false, and leaves `out` alone, if nothing changes. Plain ASCII is recognized at memory
  // speed; a segment that no step can change costs a look at each of its characters. Linear:
  // references nested more than 16 deep are decoded at once, and a segment stays as it is after 32
  // decodings or 100 rounds. REQUIRES: valid UTF-8, less than 2 GiB.
  bool Clean(std::string_view text, std::string* out,
             std::vector<SegmentPlan>* explanation = nullptr) const;

 private:
  struct Workplace;

  // One segment; false if nothing changes, else the result is in *work.
  bool CleanSegment(std::string_view segment, bool unescape, Plan* plan, Workplace* work) const;
  bool RunRound(bool unescape, bool decode_fully, Plan* plan, Workplace* work) const;
  bool Unescape(bool decode_fully, Plan* plan, Workplace* work) const;
  bool FixCharacters(Plan* plan, Workplace* work) const;
  bool Normalize(Plan* plan, Workplace* work) const;
  bool MayChange(const Findings& findings, bool unescape) const;

  CleanOptions options_;
  CharacterMap map_;
};

}  // namespace owt::cleanup
