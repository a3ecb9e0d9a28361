#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "formats/ngram_tables.h"

namespace owt::text {

// Asks a model of n-grams for the probability of sentences: floats equal to those of KenLM's
// Model.score(sentence) in every bit, for they are added in its order. Takes about one read of
// memory a word and another for each longer n-gram that is tried, up to order + 1; those of several
// words are under way at the same time. One per thread.
class NgramScorer {
 public:
  // `tables` must outlive it.
  explicit NgramScorer(const formats::NgramTables& tables);

  // log10 of the probability that the words of `sentence` and the end of the sentence follow its
  // beginning; words are what white space of ASCII parts. Adds to *num_words the words and the end.
  float Score(std::string_view sentence, uint64_t* num_words);

 private:
  static constexpr size_t kBlock = 32;  // words of which the reads overlap
  static constexpr size_t kMaxContext = formats::kMaxNgramOrder - 1;

  // What of the words so far the next one depends on.
  struct Context {
    int length = 0;                            // words of which n-grams can continue
    std::array<float, kMaxContext> backoff{};  // [I]: of the last I + 1 words
  };

  // An n-gram, and where its table will be asked for it.
  struct Place {
    uint64_t key;
    const char* at;
  };

  void LookUp(std::span<const Place> words);
  float ScoreWord(size_t i, const Context& context, Context* next) const;

  const formats::NgramTables& tables_;
  uint64_t end_key_;
  std::array<uint32_t, kMaxContext + kBlock> ids_;  // of the words before the block and its own
  // Of the n-grams that end with a word of the block: [n - 2][word].
  std::array<std::array<Place, kBlock>, kMaxContext> ngrams_;
  Context begin_;
  uint32_t begin_id_;
};

}  // namespace owt::text
