#include "stages/cleanup/explain.h"

#include <fmt/format.h>

#include "stages/text/utf8.h"

namespace owt::cleanup {

void AppendPlans(std::string_view text, const std::vector<SegmentPlan>& segments,
                 std::string* json) {
  size_t bytes = 0, code_points = 0;
  const auto code_points_to = [&](size_t end) {
    code_points += text::CountCodePoints(text.substr(bytes, end - bytes));
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
      *json += fmt::format("{}[\"{}\",\"{}\"]", step_comma, step.action, step.parameter);
      step_comma = ",";
    }
    *json += "]}";
    comma = ",";
  }
  *json += ']';
}

}  // namespace owt::cleanup
