#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "stages/cleanup/clean_text.h"

namespace owt::cleanup {

// Appends [{"begin":B,"end":E,"plan":[["encode","latin-1"],["decode","utf-8"]]}, ...]: of each
// segment of `text` with a plan, its characters [B, E), counted in code points as Python does, and
// the plan, which ftfy's apply_plan replays. `segments` in the order of the text.
void AppendPlans(std::string_view text, const std::vector<SegmentPlan>& segments,
                 std::string* json);

// "bytes 0..68: encode latin-1, decode utf-8; ..." of the first segments, for people: the bytes of
// the text before, and what was done to them. Empty without segments.
std::string PlansText(const std::vector<SegmentPlan>& segments);

}  // namespace owt::cleanup
