// Any bytes as a binary file of KenLM's: an Error, or a model that counts the words of sentences
// and says the same of them when asked again. The bytes lie where the address sanitizer sees what
// is read behind them.

#include <bit>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "formats/kenlm_binary.h"
#include "pipeline/error.h"
#include "stages/text/ngram_scorer.h"

namespace {

std::vector<uint32_t> Scores(const owt::formats::NgramTables& tables) {
  owt::text::NgramScorer scorer(tables);
  std::vector<uint32_t> scores;
  uint64_t words = 0;
  for (const std::string_view sentence : {"", "a b", "b a b a", "<s> a </s> x <unk>"}) {
    scores.push_back(std::bit_cast<uint32_t>(scorer.Score(sentence, &words)));
  }
  if (words != 1 + 3 + 5 + 6) abort();
  return scores;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::vector<char> bytes(data, data + size);
  try {
    const owt::formats::NgramTables tables =
        owt::formats::ParseKenlmBinary({bytes.data(), bytes.size()}, "fuzz");
    if (Scores(tables) != Scores(tables)) abort();
  } catch (const owt::Error&) {
  }
  return 0;
}
