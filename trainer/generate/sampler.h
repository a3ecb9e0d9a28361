#pragma once

#include <cstdint>
#include <random>
#include <span>

namespace owt::trainer {

struct SamplingOptions {
  double temperature = 1.0;  // 0: always the most likely token
  int64_t top_k = 0;         // only the k most likely; 0: all
};

// Draws a token from the softmax of logits / temperature over the k most likely ones. Equal logits
// are ordered by id, so the same generator state gives the same token everywhere.
// REQUIRES: logits is not empty; temperature >= 0; top_k >= 0. Logits that are not finite count as
// impossible unless all are. Cost: O(V), and O(k log k) for top_k.
uint32_t SampleToken(std::span<const float> logits, const SamplingOptions& options,
                     std::mt19937_64& random);

}  // namespace owt::trainer
