#pragma once

#include <cstdint>
#include <string_view>

#include "stages/text/bpe_encoder.h"

namespace owt::cleanup {

// True if `text` has at least `min_tokens` GPT-2 tokens, counted as Megatron's cleanup_dataset.py
// does: the end-of-document token counts as one, and a text of 8 * min_tokens characters or more
// passes without being counted. 0 passes everything. REQUIRES: valid UTF-8.
bool ReachesTokens(std::string_view text, uint64_t min_tokens, text::BpeEncoder* encoder);

}  // namespace owt::cleanup
