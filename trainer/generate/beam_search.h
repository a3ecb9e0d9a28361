#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "trainer/generate/stop.h"
#include "trainer/generate/text_model.h"

namespace owt::trainer {

struct BeamOptions {
  int64_t width = 1;            // >= 1
  int64_t tokens = 64;          // most new ones; >= 1
  uint32_t stop_token = 50256;  // ends a hypothesis, which is kept without it
  double length_penalty = 1.0;
  uint32_t vocab = 50257;  // ids from here on are padding
  std::optional<ForbiddenPair> forbidden;
};

struct Hypothesis {
  std::vector<uint32_t> ids;     // prompt and what follows
  std::vector<float> log_probs;  // of each new token
  double score = 0;              // sum of log p / (number of new tokens)^length_penalty
};

// The `width` best ways that were found to go on from the prompt, the best first; of equal scores
// the one found first. As Megatron-LM's: in each step the 2 * width likeliest successors are looked
// at in order; those that end with the stop token and rank among the first `width` become
// hypotheses, others go on until there are `width` of them. The search ends when no text that goes
// on can become better than the worst hypothesis, or after options.tokens. `cancelled` is polled
// once a step; the search then ends with what it has. REQUIRES: the prompt is not empty, and with
// options.tokens not longer than the model's positions.
// Cost: a step of `width` texts per token, and copies of keys and values where beams change.
std::vector<Hypothesis> BeamSearch(TextModel& model, std::span<const uint32_t> prompt,
                                   const BeamOptions& options,
                                   const std::function<bool()>& cancelled);

}  // namespace owt::trainer
