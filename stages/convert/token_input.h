#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "formats/token_format.h"
#include "pipeline/context.h"

namespace owt::convert {

// One set of tokens among the inputs of the run: one file, or two with its index.
struct TokenInput {
  formats::TokenFormat format = formats::TokenFormat::kMegatron;
  formats::TokenType type = formats::TokenType::kUint16;
  std::string path;         // of the file of tokens
  uint32_t file = 0;        // its place among the inputs of the run
  uint32_t index_file = 0;  // that of its index; == file where it has none
};

// The files that stand for `typed` paths: folders and patterns expanded, every file of tokens
// followed by its index, whichever of the two was named, and both named only once where both were.
// NAME stands for NAME.bin and NAME.idx. Throws Error{kInput}.
std::vector<std::string> CompleteInputs(const std::vector<std::string>& typed);

// The sets of tokens among such files, in their order. `from`: the format of files that do not say
// it. Throws Error{kInput} with what to do where a file is no file of tokens.
std::vector<TokenInput> FindInputs(const std::vector<InputRecord>& files,
                                   std::optional<formats::TokenFormat> from);

}  // namespace owt::convert
