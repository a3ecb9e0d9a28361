#pragma once

#include <cstdint>
#include <string>

#include "stages/verify/finding.h"

namespace owt::verify {

struct DatasetRules {
  uint64_t vocab_size = 0;  // 0: GPT-2's for uint16 tokens, any for int32
  uint32_t eod = 50256;
};

// Checks everything that the two files of an indexed dataset promise: sizes, offsets, document
// bounds, tokens in the vocabulary; and what the provenance file beside them does. Throws
// Error{kInput} when it cannot be opened at all.
Finding VerifyDataset(const std::string& path, const DatasetRules& rules);

}  // namespace owt::verify
