#pragma once

#include <span>
#include <string>

#include "formats/gpt2_vocab.h"

namespace owt::formats {

// The files in which the field exchanges byte-level BPE tokenizers, as texts. `further` are special
// tokens behind <|endoftext|>, which is the first; ids go on from it.

// merges.txt (vocab.bpe): "#version: 0.2", then a merge a line.
std::string MergesText(const Gpt2Vocab& vocab);

// vocab.json (encoder.json): {"TOKEN":ID,...} in the order of ids.
std::string VocabJson(const Gpt2Vocab& vocab, std::span<const std::string> further);

// Hugging Face's tokenizer.json, complete: AutoTokenizer loads a folder that holds it.
std::string TokenizerJson(const Gpt2Vocab& vocab, std::span<const std::string> further);

// tiktoken's ranks: "BASE64(TOKEN) ID" a line, without special tokens.
std::string TiktokenText(const Gpt2Vocab& vocab);

// Reads a tokenizer: a merges.txt (vocab.bpe), a tokenizer.json or a .tiktoken; an empty path is
// GPT-2's own. Throws Error{kInput}, with the reason, for one that is no byte-level BPE with
// GPT-2's pattern and order of ids (bytes, merges, <|endoftext|>).
Gpt2Vocab ReadTokenizer(const std::string& path);

// Reads a pair as GPT-2's: vocab.json (encoder.json) and merges.txt (vocab.bpe). Throws
// Error{kInput} where one is malformed or where they disagree on an id.
Gpt2Vocab ReadTokenizerPair(const std::string& vocab_path, const std::string& merges_path);

}  // namespace owt::formats
