// cleanup_speed RECORDS ROUNDS [CLEANED]: cleans texts that are in memory, with the defaults,
// ROUNDS times on one thread, and prints a line a round: seconds of CPU. RECORDS holds texts, each
// behind its length (little-endian u32); CLEANED gets what became of them, in the same form.
#include <fmt/format.h>

#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "stages/cleanup/clean_text.h"
#include "tests/bench/record_texts.h"

namespace {

double CpuSeconds() {
  timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  std::ifstream input(argv[1], std::ios::binary);
  const std::string records{std::istreambuf_iterator<char>(input), {}};
  const std::vector<std::string_view> texts = TextsOf(records);
  const owt::cleanup::TextCleaner cleaner({});
  std::string cleaned;
  for (int round = 0; round < std::atoi(argv[2]); ++round) {
    const double started = CpuSeconds();
    size_t changed = 0;
    for (const std::string_view text : texts) changed += cleaner.Clean(text, &cleaned);
    fmt::print("{:.9f} {}\n", CpuSeconds() - started, changed);
  }
  if (argc < 4) return 0;
  std::ofstream output(argv[3], std::ios::binary);
  for (const std::string_view text : texts) {
    const std::string_view result =
        cleaner.Clean(text, &cleaned) ? std::string_view(cleaned) : text;
    const auto length = static_cast<uint32_t>(result.size());
    output.write(reinterpret_cast<const char*>(&length), sizeof(length));
    output.write(result.data(), static_cast<std::streamsize>(result.size()));
  }
  return output.flush() ? 0 : 1;
}
