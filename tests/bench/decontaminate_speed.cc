// decontaminate_speed RECORDS TASK ROUNDS: looks for the n-grams of TASK (jsonl, field text) in
// texts that are in memory, and prints a line a round: seconds of CPU, and how many matches; then
// how many n-grams there are, and bytes for each. RECORDS holds texts, each behind its length
// (little-endian u32).
#include <fmt/format.h>

#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "stages/decontaminate/ngram_search.h"
#include "stages/decontaminate/task_texts.h"
#include "tests/bench/record_texts.h"

namespace {

using owt::decontaminate::Match;
using owt::decontaminate::NgramKeys;
using owt::decontaminate::NgramSearch;

double CpuSeconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

size_t NumMatches(std::string_view records, NgramSearch* search) {
  std::vector<Match> matches;
  size_t count = 0;
  for (const std::string_view text : TextsOf(records)) {
    search->FindAll(text, &matches);
    count += matches.size();
  }
  return count;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  std::ifstream file(argv[1], std::ios::binary);
  const std::string records((std::istreambuf_iterator<char>(file)), {});
  NgramKeys keys({8, 13});
  owt::decontaminate::ReadTask({"task", argv[2], "text"},
                               [&](std::string_view text) { keys.AddText(text, 0); });
  keys.Index();
  NgramSearch search(keys);
  for (int round = std::atoi(argv[3]); round > 0; --round) {
    const double begin = CpuSeconds();
    const size_t count = NumMatches(records, &search);
    fmt::print("{} {}\n", CpuSeconds() - begin, count);
  }
  fmt::print("{} {:.1f}\n", keys.size(),
             static_cast<double>(keys.bytes()) / static_cast<double>(keys.size()));
  return 0;
}
