#pragma once

#include <cstdint>
#include <random>
#include <span>

namespace owt::trainer {

struct SamplingOptions {
  double temperature = 1.0;  // 0: always the most likely token
  int64_t top_k = 0;         // only the k most likely; 0: all
  double top_p = 0.0;        // of these only the likeliest that have more than p together; 0: all
};

// Draws a token from the softmax of logits / temperature over the k most likely ones, and of those
// the ones that come before a probability of p is passed, and the one that passes it (Holtzman et
// al., 2020). Equal logits are ordered by id, so the same generator state gives the same token
// everywhere. REQUIRES: logits is not empty; temperature >= 0; top_k >= 0; top_p in [0, 1]. Logits
// that are not finite count as impossible unless all are. Cost: O(V), and O(k log V) for the k that
// top_k or top_p leave.
uint32_t SampleToken(std::span<const float> logits, const SamplingOptions& options,
                     std::mt19937_64& random);

// log p(token) by the softmax over the row. REQUIRES: token < logits.size().
float LogProb(std::span<const float> logits, uint32_t token);

// The most likely token, the first of several. REQUIRES: logits is not empty.
uint32_t LikeliestToken(std::span<const float> logits);

}  // namespace owt::trainer
