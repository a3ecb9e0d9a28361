#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "formats/gpt2_vocab.h"
#include "formats/token_format.h"
#include "stages/encode/encode_documents.h"

namespace owt::encode {

// What the options of `owt encode` mean. All throw Error{kUsage}.

// "text,title" as "text", "title". They become parts of file names.
std::vector<std::string> ParseKeys(const std::vector<std::string>& lists);

// "nanogpt,ds" as formats; Megatron's is written anyway.
std::vector<formats::TokenFormat> ParseAlso(const std::vector<std::string>& lists);

// REQUIRES: one of the choices.
SpecialText ParseSpecialText(std::string_view name);
BadUtf8 ParseBadUtf8(std::string_view name);

// Where the ids come from.
struct TokenizerPaths {
  std::string tokenizer;    // --tokenizer
  std::string vocab_file;   // --vocab-file, with
  std::string merges_file;  // --merge-file
};

// GPT-2's own where no file is named. Throws Error{kInput}, too.
formats::Gpt2Vocab ReadVocab(const TokenizerPaths& paths);

}  // namespace owt::encode
