// ngram_speed MODEL RECORDS ROUNDS: asks a model of n-grams about sentences that are in memory.
// Prints seconds of CPU that reading the model took, and a line a round: seconds of CPU, words with
// the ends of sentences, and the sum of all log10. RECORDS holds sentences, each behind its length
// (little-endian u32).
#include <fmt/format.h>

#include <cstdio>
#include <ctime>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "formats/ngram_model.h"
#include "stages/text/ngram_scorer.h"
#include "tests/bench/record_texts.h"

namespace {

double CpuSeconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  std::ifstream file(argv[2], std::ios::binary);
  const std::string records((std::istreambuf_iterator<char>(file)), {});
  const double start = CpuSeconds();
  const owt::formats::NgramModel model{std::string(argv[1])};
  fmt::print("{}\n", CpuSeconds() - start);
  owt::text::NgramScorer scorer(model.tables());
  for (int round = std::atoi(argv[3]); round > 0; --round) {
    const double begin = CpuSeconds();
    uint64_t words = 0;
    double sum = 0;
    for (const std::string_view sentence : TextsOf(records)) {
      sum += static_cast<double>(scorer.Score(sentence, &words));
    }
    fmt::print("{} {} {}\n", CpuSeconds() - begin, words, sum);
  }
  return 0;
}
