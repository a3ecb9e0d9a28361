#pragma once

#include <string>

#include "stages/verify/finding.h"
#include "stages/verify/verify_dataset.h"

namespace owt::verify {

// Checks all that a file of nanoGPT's, llm.c's or datatrove's promises: size, header, index, tokens
// in the vocabulary, <|endoftext|> where documents end. Throws Error{kInput} when it cannot be
// opened at all.
Finding VerifyTokens(const std::string& path, const DatasetRules& rules);

}  // namespace owt::verify
