#include "stages/filter/fasttext_quality.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <vector>

#include "pipeline/error.h"

namespace owt::filter {
namespace {

constexpr std::string_view kLabelPrefix = "__label__";

int32_t NumberOfLabel(const text::FasttextClassifier& classifier, std::string_view label,
                      const std::string& path) {
  const auto labels = classifier.labels();
  const auto found =
      std::find_if(labels.begin(), labels.end(), [label](const formats::FasttextLabel& known) {
        const std::string_view name = known.name;
        return name == label ||
               (name.starts_with(kLabelPrefix) && name.substr(kLabelPrefix.size()) == label);
      });
  if (found != labels.end()) return static_cast<int32_t>(found - labels.begin());
  constexpr size_t kMostNamed = 20;
  std::vector<std::string_view> names;
  for (size_t i = 0; i < std::min(labels.size(), kMostNamed); ++i) names.push_back(labels[i].name);
  throw Error(ErrorKind::kUsage,
              fmt::format("--fasttext-label: {} has no label '{}'; it has {}{}", path, label,
                          fmt::join(names, ", "), labels.size() > kMostNamed ? ", ..." : ""));
}

// " ".join(text.strip().splitlines()), but for blanks, of which the model takes any number for one.
void JoinLines(const TextParts& parts, std::string* line) {
  const std::string_view text = parts.Stripped();
  line->assign(text);
  if (text.empty()) return;
  const auto begin = static_cast<size_t>(text.data() - parts.text().data());
  const auto lines = parts.split_lines();
  for (size_t i = 0; i + 1 < lines.size(); ++i) {
    const size_t from = std::max<size_t>(lines[i].end, begin);
    const size_t to = std::min<size_t>(lines[i + 1].begin, begin + text.size());
    if (from < to) std::fill(line->data() + (from - begin), line->data() + (to - begin), ' ');
  }
}

}  // namespace

FasttextRule::FasttextRule(const std::string& path, std::string_view label, double min_score)
    : classifier_(path), label_(NumberOfLabel(classifier_, label, path)), min_score_(min_score) {}

bool FasttextJudge::Ask(const TextParts& parts, Findings* findings) {
  JoinLines(parts, &line_);
  double score = 0;
  for (const auto& [label, probability] :
       predictor_.Predict(line_, rule_.classifier_.labels().size())) {
    // fastText's own may pass 1 a little.
    if (label == rule_.label_) score = std::min(static_cast<double>(probability), 1.0);
  }
  return findings->AtLeast("fasttext_score", score, rule_.min_score_);
}

}  // namespace owt::filter
