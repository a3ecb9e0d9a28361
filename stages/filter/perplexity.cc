#include "stages/filter/perplexity.h"

#include <cmath>
#include <limits>

#include "stages/filter/ccnet_text.h"

namespace owt::filter {

PerplexityJudge::PerplexityJudge(const PerplexityRules& rules)
    : rules_(rules), scorer_(rules.model->tables()) {}

double PerplexityJudge::Perplexity(std::string_view text) {
  double sum = 0;
  uint64_t num_words = 0;
  while (true) {
    const size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    if (rules_.ccnet_text) {
      line_.clear();
      AppendCcnetLine(line, &scratch_, &line_);
      line = line_;
    }
    sum += static_cast<double>(scorer_.Score(line, &num_words));
    if (end == text.npos) break;
    text.remove_prefix(end + 1);
  }
  const double perplexity = std::pow(10.0, -sum / static_cast<double>(num_words));
  return std::isfinite(perplexity) ? perplexity : std::numeric_limits<double>::max();
}

bool PerplexityJudge::Ask(std::string_view text, Findings* findings) {
  perplexity_ = Perplexity(text);
  const double most = rules_.max > 0 ? rules_.max : std::numeric_limits<double>::max();
  if (findings->AtMost("perplexity", perplexity_, most)) return true;
  return rules_.min > 0 && findings->AtLeast("low_perplexity", perplexity_, rules_.min);
}

std::string_view PerplexityJudge::bucket() const {
  if (perplexity_ < rules_.buckets->head) return "head";
  return perplexity_ < rules_.buckets->tail ? "middle" : "tail";
}

}  // namespace owt::filter
