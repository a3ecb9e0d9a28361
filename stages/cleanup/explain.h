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

}  // namespace owt::cleanup
