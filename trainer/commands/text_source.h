#pragma once

#include <string>
#include <vector>

#include "trainer/commands/commands.h"
#include "trainer/serve/api_answer.h"

namespace owt::trainer {

// The text of --prompt, where "-" is all of standard input, or the lines of the file --prompts,
// where "-" is standard input. Throws Error{kUsage} where both are given, kInput where the file
// cannot be read.
std::vector<std::string> ReadPrompts(const std::string& prompt, const std::string& prompts_file);

// A codec of the vocabulary, which must outlive it.
TextCodec MakeCodec(const formats::Gpt2Vocab& vocab, MakeEncoder make_encoder);

// Throws Error{kUsage} where the vocabulary has ids that the model does not know.
void CheckVocab(const formats::Gpt2Vocab& vocab, const TextModel& model);

}  // namespace owt::trainer
