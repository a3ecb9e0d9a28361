#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "trainer/generate/sampler.h"
#include "trainer/generate/stop.h"
#include "trainer/generate/text_model.h"

namespace owt::trainer {

struct DecodeOptions {
  SamplingOptions sampling;
  double top_p_decay = 0.0;  // factor on top_p after each token of a text; 0: none
  double top_p_bound = 0.0;  // where the decay ends
  int64_t tokens = 100;      // most new ones of each text
  uint64_t seed = 1234;      // text i draws by (seed, i); text 0 by the seed itself
  size_t first_text = 0;     // index of the first prompt
  uint32_t vocab = 50257;    // ids from here on are padding and never drawn
  StopTokens stop;           // the token that ends a text belongs to it
  std::optional<ForbiddenPair> forbidden;
  bool log_probs = false;
  // Texts longer than the model's positions go on from their second half; otherwise they end.
  bool slide = false;
};

// A prompt and what follows.
struct DecodedText {
  std::vector<uint32_t> ids;
  // log p of each token but the first given those before it, by the model's softmax over all of its
  // logits, before temperature and cuts; only with log_probs.
  std::vector<float> log_probs;
};

struct DecodeHooks {
  // A new token of a text; false ends that text.
  std::function<bool(size_t text, uint32_t token)> take = [](size_t, uint32_t) { return true; };
  // Polled after each token; true ends all texts, as they are.
  std::function<bool()> cancelled = [] { return false; };
};

// Goes on from each prompt. What becomes of a text depends on its prompt, the options and its index
// alone: not on the other prompts. REQUIRES: prompts of 1 to positions() ids below vocab(), where
// slide does not allow more. Memory: keys and values of rows() texts.
std::vector<DecodedText> Decode(TextModel& model, std::span<const std::vector<uint32_t>> prompts,
                                const DecodeOptions& options, const DecodeHooks& hooks = {});

}  // namespace owt::trainer
