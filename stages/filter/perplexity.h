#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "formats/ngram_model.h"
#include "stages/filter/findings.h"
#include "stages/text/ngram_scorer.h"

namespace owt::filter {

// Below `head` a text is of the head, below `tail` of the middle.
struct PerplexityBuckets {
  double head = 0;
  double tail = 0;
};

// What a model of n-grams makes of a text, as CCNet asks (Wenzek et al. 2020,
// https://arxiv.org/abs/1911.00359, section 3.5). Lines between "\n", each a sentence to the model;
// an empty one, too.
struct PerplexityRules {
  std::shared_ptr<const formats::NgramModel> model;
  bool ccnet_text = false;  // ask about lines as AppendCcnetLine has them
  double max = 0;           // 0: no limit
  double min = 0;
  std::optional<PerplexityBuckets> buckets;
};

// Asks about one text after the other. One per thread.
class PerplexityJudge {
 public:
  // `rules` must outlive it.
  explicit PerplexityJudge(const PerplexityRules& rules);

  // True: no rule needs to be asked any more. Reasons are perplexity (above the most) and
  // low_perplexity. REQUIRES: valid UTF-8.
  bool Ask(std::string_view text, Findings* findings);

  // 10 to the power of the mean surprise of a word or an end of a line: 1 and more, where the
  // model's probabilities are such. What passes the largest double counts as that.
  double Perplexity(std::string_view text);

  // Of the text that was asked about last: head, middle or tail. REQUIRES: buckets.
  std::string_view bucket() const;

 private:
  const PerplexityRules& rules_;
  text::NgramScorer scorer_;
  double perplexity_ = 0;
  std::string line_;
  std::string scratch_;
};

}  // namespace owt::filter
