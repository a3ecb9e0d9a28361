#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace owt::formats {

// Sequences [begin, end) of an indexed dataset.
struct SequenceRange {
  int64_t begin = 0;
  int64_t end = 0;

  int64_t size() const { return end - begin; }

  bool operator==(const SequenceRange&) const = default;
};

// Training, validation and test part.
using GptSplit = std::array<SequenceRange, 3>;

// How shares become whole numbers of sequences. They differ for few sequences only.
enum class SplitRounding {
  kMegatron2025,  // each bound is round(cumulative share * N)
  kMegatron2023,  // each part is round(share * N); what that misses is taken off all later bounds
};

// Cuts N sequences by a text such as "969,30,1" (Megatron's default) or "98/2": up to three shares
// >= 0 between ',' or '/', of any sum > 0; missing ones are 0. A part may come out empty. Throws
// Error{kUsage} for any other text, also for a minus sign and an exponent, which Megatron misreads.
// REQUIRES: 0 <= num_sequences < 2^53, where double still counts.
GptSplit SplitSequences(std::string_view shares, int64_t num_sequences,
                        SplitRounding rounding = SplitRounding::kMegatron2025);

// The shares of such a text, adding up to 1; throws as SplitSequences does.
std::array<double, 3> SplitShares(std::string_view shares);

}  // namespace owt::formats
