#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "formats/indexed_dataset.h"

namespace owt::encode {

// Whose files are written, where tools that write Megatron's format differ. The ids are the same
// for all; what a document without text becomes, the type of the tokens and the names are not.
enum class Compat {
  kNone,          // ours: such a document is dropped; where only some keys are empty it is kept
  kMegatron2023,  // preprocess_data.py up to June 2023: every dataset leaves out its empty ones
  kMegatronCore,  // later ones, with megatron-core: it is a document without a sequence
  kPaddle,        // PaddleNLP's create_pretraining_data.py: left out; texts are cleaned
                  // (paddle_text.h), uint16 goes up to 65,534 ids, the files are PREFIX.bin, .idx
};

// "owt", "megatron-2023", "megatron-core", "paddle". REQUIRES: one of these.
Compat ParseCompat(std::string_view name);

formats::TokenType TokenTypeOf(Compat compat, uint64_t vocab_size);

// The dataset's name without .bin and .idx.
std::string DatasetName(Compat compat, std::string_view prefix, std::string_view key,
                        bool split_sentences);

}  // namespace owt::encode
