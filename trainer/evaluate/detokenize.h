#pragma once

#include <string>
#include <string_view>

namespace owt::trainer {

// How a text that was published as words with spaces between becomes a text again.
enum class Detokenizer { kNone, kWikitext, kPtb };

// The replacements that Megatron-LM makes before it encodes WikiText-103 and the Penn Treebank
// (tasks/zeroshot_gpt), in its order, over the whole text at once: quotation marks pair across
// lines. Published perplexities are of texts made by these, so what looks odd in them stays.
// Linear. REQUIRES: valid UTF-8.
std::string Detokenize(Detokenizer detokenizer, std::string_view text);

}  // namespace owt::trainer
