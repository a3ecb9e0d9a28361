// Any bytes as an ARPA file: an Error, or a model that counts the words of sentences and says the
// same of them when asked again. A model without repeated or pruned n-grams, written as KenLM's
// tables, says the same, too.

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "formats/arpa_reader.h"
#include "formats/kenlm_binary.h"
#include "pipeline/error.h"
#include "stages/text/ngram_scorer.h"
#include "tests/support/ngram_model_bytes.h"

namespace {

constexpr std::string_view kSentences[] = {"", "a b", "b a b a", "<s> a </s> x <unk>"};

std::vector<uint32_t> Scores(const owt::formats::NgramTables& tables) {
  owt::text::NgramScorer scorer(tables);
  std::vector<uint32_t> scores;
  uint64_t words = 0;
  for (const std::string_view sentence : kSentences) {
    scores.push_back(std::bit_cast<uint32_t>(scorer.Score(sentence, &words)));
  }
  if (words != 1 + 3 + 5 + 6) abort();
  return scores;
}

// Empty where the tables are not as large as the numbers of n-grams say.
std::string AsKenlm(const owt::formats::NgramTables& tables) {
  std::vector<uint64_t> counts;
  const auto add = [&counts](uint64_t buckets) {
    const uint64_t count = buckets < 3 ? buckets - 1 : (buckets * 2 + 2) / 3;
    counts.push_back(count);
    return std::max(count + 1, count + count / 2) == buckets && count <= 1024;
  };
  bool fits = add(tables.words.buckets()) && tables.num_words <= counts[0] + 1;
  for (const auto& table : tables.middle) fits = add(table.buckets()) && fits;
  fits = add(tables.longest.buckets()) && fits;
  return fits ? owt::tests::KenlmBytes(tables, counts) : "";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  try {
    owt::tests::MemoryInput input(bytes);
    owt::formats::NgramBuilder model = owt::formats::ReadArpa(input, "fuzz");
    const owt::formats::NgramTables tables = model.Finish();
    const std::vector<uint32_t> scores = Scores(tables);
    if (scores != Scores(tables)) abort();
    const std::string kenlm = AsKenlm(tables);
    if (!kenlm.empty() && scores != Scores(owt::formats::ParseKenlmBinary(kenlm, "kenlm"))) abort();
  } catch (const owt::Error&) {
  }
  return 0;
}
