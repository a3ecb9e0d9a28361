#pragma once

#include <string_view>
#include <vector>

namespace owt::cleanup {

// What was done to a segment of text, in the form of ftfy's explanations, which its apply_plan
// replays: ("encode", "latin-1"), ("decode", "utf-8"), ("apply", "uncurl_quotes"), ...
struct PlanStep {
  std::string_view action;  // encode, decode, transcode, apply or normalize
  std::string_view parameter;

  bool operator==(const PlanStep&) const = default;
};

using Plan = std::vector<PlanStep>;

}  // namespace owt::cleanup
