#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "formats/gpt2_vocab.h"

namespace owt::train_tokenizer {

struct Word {
  std::string_view bytes;
  uint64_t times = 0;
};

struct BpeTrainerOptions {
  uint32_t num_tokens = 50256;  // bytes and merged tokens; training stops at so many
  uint64_t min_frequency = 2;   // a pair that is rarer is not merged
  int workers = 1;
};

// Learns byte-level BPE merges: again and again the most frequent pair of adjacent tokens becomes a
// token. Equal counts go to the pair of the smaller ids, so the result depends on the words and
// their counts alone, not on their order or on workers.
//
// The merges are those of Hugging Face tokenizers' BpeTrainer over the byte alphabet (checked in
// tests/conformance), as long as no pair is seen 2^31 times: its counts wrap there, these do not.
// The ids of bytes and merges are those of formats::Gpt2Vocab. `words` must be distinct and stay
// where they are during the call. Memory: TrainingBytes. Throws Error{kResource} where the words
// make more than 2^32 bytes.
//
// `progress(done, wanted)` is called now and then from the calling thread; it may throw.
std::vector<formats::MergePair> TrainBpe(const std::vector<Word>& words,
                                         const BpeTrainerOptions& options,
                                         const std::function<void(size_t, size_t)>& progress);

// What TrainBpe needs for so many words of so many bytes together, rounded up for text in natural
// languages and code.
uint64_t TrainingBytes(uint64_t num_words, uint64_t num_bytes, const BpeTrainerOptions& options);

}  // namespace owt::train_tokenizer
