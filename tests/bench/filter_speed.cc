// filter_speed RECORDS ROUNDS: asks all families of rules about texts that are in memory, and
// prints a line a round: seconds of CPU, and how many texts failed a rule. No round stops at the
// first rule that fails. RECORDS holds texts, each behind its length (little-endian u32).
#include <fmt/format.h>

#include <cstdio>
#include <cstring>
#include <ctime>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "stages/filter/judge.h"
#include "tests/bench/record_texts.h"

namespace {

double CpuSeconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

// Asks about every text; returns how many failed.
size_t Ask(std::string_view records, owt::filter::Judge* judge) {
  size_t failed = 0;
  for (const std::string_view text : TextsOf(records)) {
    judge->Read(text, "", true);
    failed += judge->findings().failed();
  }
  return failed;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  std::ifstream file(argv[1], std::ios::binary);
  const std::string records((std::istreambuf_iterator<char>(file)), {});
  owt::filter::FilterRules rules;
  rules.gopher.repetition.emplace();
  rules.gopher.quality.emplace();
  rules.c4.emplace();
  rules.c4_paragraphs.emplace();
  rules.fineweb.emplace();
  rules.characters.emplace();
  rules.pii = {true, true, false};
  rules.mask_phones = true;
  owt::filter::Judge judge(rules);
  for (int round = std::atoi(argv[2]); round > 0; --round) {
    const double begin = CpuSeconds();
    const size_t failed = Ask(records, &judge);
    fmt::print("{} {}\n", CpuSeconds() - begin, failed);
  }
  return 0;
}
