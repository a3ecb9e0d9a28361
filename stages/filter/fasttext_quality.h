#pragma once

#include <string>
#include <string_view>

#include "stages/filter/findings.h"
#include "stages/filter/text_parts.h"
#include "stages/text/fasttext_classifier.h"

namespace owt::filter {

// A fastText classifier of quality, such as DCLM's, and what it must say. Immutable, safe to share
// between threads.
class FasttextRule {
 public:
  // `label` with or without "__label__". Throws Error{kInput} where `path` is no classifier,
  // Error{kUsage} where it has no such label.
  FasttextRule(const std::string& path, std::string_view label, double min_score);

 private:
  friend class FasttextJudge;

  text::FasttextClassifier classifier_;
  int32_t label_;
  double min_score_;
};

// Asks it. One per thread: keeps its memory.
class FasttextJudge {
 public:
  // `rule` must outlive the judge.
  explicit FasttextJudge(const FasttextRule& rule) : rule_(rule), predictor_(rule.classifier_) {}

  // True: no rule needs to be asked any more. The reason is fasttext_score: the probability of the
  // label, 0 for a text of which the model knows nothing. The text is one line to the model, as in
  // DCLM: " ".join(text.strip().splitlines()).
  bool Ask(const TextParts& parts, Findings* findings);

 private:
  const FasttextRule& rule_;
  text::FasttextPredictor predictor_;
  std::string line_;
};

}  // namespace owt::filter
