// gpt_index_speed PREFIX SAMPLES LENGTH SEED THREADS ROUNDS: builds the sample index of all
// sequences of PREFIX.idx in memory ROUNDS times, then loads it ROUNDS times from a cache in the
// folder of PREFIX, and prints for each the best seconds of wall clock and of CPU.
#include <fmt/format.h>
#include <oneapi/tbb/global_control.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <string>
#include <string_view>
#include <vector>

#include "formats/gpt_index.h"
#include "formats/gpt_index_cache.h"
#include "formats/indexed_dataset.h"

namespace {

using namespace owt::formats;

double Seconds(clockid_t clock) {
  timespec time;
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

template <class Work>
void Measure(std::string_view name, int rounds, Work work) {
  double best_wall = 1e9;
  double best_cpu = 1e9;
  for (int round = 0; round < rounds; ++round) {
    const double wall = Seconds(CLOCK_MONOTONIC);
    const double cpu = Seconds(CLOCK_PROCESS_CPUTIME_ID);
    work();
    best_wall = std::min(best_wall, Seconds(CLOCK_MONOTONIC) - wall);
    best_cpu = std::min(best_cpu, Seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu);
  }
  fmt::print("{} {:.3f} {:.3f}\n", name, best_wall, best_cpu);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 7) {
    std::fprintf(stderr, "usage: gpt_index_speed PREFIX SAMPLES LENGTH SEED THREADS ROUNDS\n");
    return 2;
  }
  const std::string prefix = argv[1];
  const GptIndexOptions options{std::stoll(argv[2]), std::stoll(argv[3]),
                                static_cast<uint32_t>(std::stoul(argv[4]))};
  const oneapi::tbb::global_control threads(oneapi::tbb::global_control::max_allowed_parallelism,
                                            std::stoul(argv[5]));
  const int rounds = std::stoi(argv[6]);
  const IndexedDataset dataset(IndexedDatasetPaths::Of(prefix));
  const std::vector<int32_t> lengths = SequenceLengths(dataset);
  const SequenceRange all{0, static_cast<int64_t>(lengths.size())};
  Measure("build", rounds, [&] { BuildGptIndex(lengths, all, options); });

  const std::string path = GptIndexCachePath(prefix, "", GptIndexKey(lengths, all, options));
  const auto load = [&] {
    return LoadOrBuildGptIndex(path, lengths, all, options, [](std::string_view line) {
      std::fprintf(stderr, "%.*s\n", static_cast<int>(line.size()), line.data());
    });
  };
  Measure("store", 1, load);
  Measure("load", rounds, [&] {
    if (!std::holds_alternative<MappedFile>(load().bytes)) std::fprintf(stderr, "not cached\n");
  });
  return 0;
}
