#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace owt::cleanup {

// What was done to a segment of text, in the form of ftfy's explanations, which its apply_plan
// replays: ("encode", "latin-1"), ("decode", "utf-8"), ("apply", "uncurl_quotes"), ... One step is
// ours: ("decode_part", PAGE, begin, end), which decodes the characters [begin, end) of the segment
// as the step finds it.
struct PlanStep {
  std::string_view action;  // encode, decode, transcode, apply, normalize or decode_part
  std::string_view parameter;
  size_t begin = 0, end = 0;  // of decode_part: code points

  bool operator==(const PlanStep&) const = default;
};

using Plan = std::vector<PlanStep>;

}  // namespace owt::cleanup
