#include "stages/dedup/shingle_rule.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <string>

#include "pipeline/error.h"

namespace owt::dedup {

ShingleRule ParseShingleRule(std::string_view text) {
  static constexpr std::string_view kUnits[] = {"word", "char", "byte", "token"};
  ShingleRule rule;
  const size_t colon = std::min(text.find(':'), text.size());
  const auto unit = std::find(std::begin(kUnits), std::end(kUnits), text.substr(0, colon));
  const std::string_view number = text.substr(std::min(colon + 1, text.size()));
  const char* const number_end = number.data() + number.size();
  const auto [end, error] = std::from_chars(number.data(), number_end, rule.size);
  const bool is_number = error == std::errc{} && end == number_end;
  if (unit == std::end(kUnits) || !is_number || rule.size < 1 || rule.size > 64) {
    throw Error(ErrorKind::kUsage,
                "--shingle takes word:N, char:N, byte:N or token:N with N from 1 to 64, not '" +
                    std::string(text) + "'");
  }
  rule.unit = static_cast<ShingleRule::Unit>(unit - std::begin(kUnits));
  return rule;
}

}  // namespace owt::dedup
