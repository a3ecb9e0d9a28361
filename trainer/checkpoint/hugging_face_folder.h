#pragma once

#include <optional>
#include <string>
#include <vector>

#include "formats/gpt2_vocab.h"
#include "trainer/checkpoint/folder.h"
#include "trainer/checkpoint/stored_model.h"

namespace owt::trainer {

// Writes the folder `path` that `transformers` loads: model.safetensors, config.json and, where
// there is a tokenizer, its files, so that AutoTokenizer.from_pretrained(path) works too. The
// folder exists only when it is complete. Throws Error{kOutput}, also where `path` exists already.
// REQUIRES: the model has a row for each id of the tokenizer.
void WriteHuggingFaceFolder(const StoredModel& model, Precision precision,
                            const formats::Gpt2Vocab* tokenizer, const std::string& path);

// tokenizer.json, tokenizer_config.json, vocab.json and merges.txt, into `folder`.
std::vector<CheckpointFile> WriteTokenizerFiles(const formats::Gpt2Vocab& tokenizer,
                                                int64_t positions, const std::string& folder);

// The tokenizer of a model with `vocab` ids: that of a file, or without a path GPT-2's, where
// `vocab` is its size, as it is or padded as Megatron-LM pads it; else none. Throws Error{kInput}
// for a file that is no tokenizer and Error{kUsage} for one with more ids than the model.
std::optional<formats::Gpt2Vocab> ModelTokenizer(const std::string& path, int64_t vocab);

}  // namespace owt::trainer
