#include "stages/cleanup/explain.h"

#include <fmt/format.h>

#include "pipeline/utf8.h"

namespace owt::cleanup {

void AppendPlans(std::string_view text, const std::vector<SegmentPlan>& segments,
                 std::string* json) {
  size_t bytes = 0, code_points = 0;
  const auto code_points_to = [&](size_t end) {
    code_points += CountCodePoints(text.substr(bytes, end - bytes));
    bytes = end;
    return code_points;
  };
  std::string_view comma;
  *json += '[';
  for (const SegmentPlan& segment : segments) {
    const size_t begin = code_points_to(segment.begin);
    const size_t end = code_points_to(segment.end);
    *json += fmt::format("{}{{\"begin\":{},\"end\":{},\"plan\":[", comma, begin, end);
    std::string_view step_comma;
    for (const PlanStep& step : segment.plan) {
      *json += fmt::format("{}[\"{}\",\"{}\"", step_comma, step.action, step.parameter);
      if (step.end > step.begin) *json += fmt::format(",{},{}", step.begin, step.end);
      *json += ']';
      step_comma = ",";
    }
    *json += "]}";
    comma = ",";
  }
  *json += ']';
}

std::string PlansText(const std::vector<SegmentPlan>& segments) {
  constexpr size_t kMostShown = 4;
  std::string out;
  for (const SegmentPlan& segment : segments) {
    if (&segment == segments.data() + kMostShown) {
      out += fmt::format("; and {} more places", segments.size() - kMostShown);
      break;
    }
    out += fmt::format("{}bytes {}..{}:", out.empty() ? "" : "; ", segment.begin, segment.end);
    for (const PlanStep& step : segment.plan) {
      // "apply" says no more than the name of the repair behind it.
      const std::string_view action = step.action == "apply" ? "" : step.action;
      out += fmt::format("{}{}{} {}", &step == segment.plan.data() ? "" : ",",
                         action.empty() ? "" : " ", action, step.parameter);
    }
  }
  return out;
}

}  // namespace owt::cleanup
