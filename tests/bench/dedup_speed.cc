// dedup_speed RECORDS: speed of dedup's signatures on texts in memory, one thread, a line for each
// set of instructions and thing measured: the best of several rounds. RECORDS holds texts, each
// behind its length (little-endian u32). The answers of all instructions must agree.
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "stages/dedup/shingle_hash.h"
#include "stages/dedup/sketch.h"
#include "tests/bench/record_texts.h"

namespace {

using namespace owt::dedup;
using owt::text::SimdTier;

double CpuSeconds() {
  timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

// The shortest of rounds that together take half a second.
double BestSeconds(const std::function<void()>& work) {
  double best = 1e9;
  for (double total = 0; total < 0.5;) {
    const double started = CpuSeconds();
    work();
    const double seconds = CpuSeconds() - started;
    best = std::min(best, seconds);
    total += seconds;
  }
  return best;
}

void MeasureKernel(Family family, size_t slots, SimdTier tier) {
  std::vector<uint64_t> hashes(4000);
  uint64_t state = 1;
  for (uint64_t& hash : hashes) {
    state = MultiplyFold(state, 0x9E3779B97F4A7C15u) + 1;
    hash = family == Family::kDatasketchLegacy ? state >> 32 : state;
  }
  const MinHasher hasher(family, slots, 1, tier);
  Signature signature;
  hasher.Start(&signature);
  const double seconds = BestSeconds([&] {
    for (int i = 0; i < 20; ++i) hasher.Add(hashes, &signature);
  });
  fmt::print("{}: {} slots of {}: {:.2f} ns a shingle\n", owt::text::SimdTierName(tier), slots,
             TraitsOf(family).name, seconds / 20 / static_cast<double>(hashes.size()) * 1e9);
}

struct Texts {
  std::vector<std::string_view> all;
  double bytes = 0;
};

void MeasureTexts(const Texts& texts, Family family, const char* rule, SimdTier tier) {
  const BandGeometry geometry = {14, 8};
  const MinHasher hasher(family, 112, 1, tier);
  Sketcher sketcher(hasher, ParseShingleRule(rule), geometry, nullptr, tier);
  uint64_t sum = 0;
  const double seconds = BestSeconds([&] {
    for (const std::string_view text : texts.all) {
      if (sketcher.Sketch(text)) sum += sketcher.keys()[0];
    }
  });
  fmt::print("{}: text to 14 keys of 8 rows, {} {}: {:.0f} MB/s ({})\n",
             owt::text::SimdTierName(tier), TraitsOf(family).name, rule,
             texts.bytes / seconds / 1e6, sum % 7);
}

void MeasureFolding(const Texts& texts, SimdTier tier) {
  WordFolder folder(tier);
  std::vector<uint64_t> hashes(WordFolder::kMaxWords);
  uint64_t words = 0;
  const double folding = BestSeconds([&] {
    words = 0;
    for (const std::string_view text : texts.all) {
      folder.Start(text);
      while (folder.Next()) words += folder.size();
    }
  });
  const double hashing = BestSeconds([&] {
    for (const std::string_view text : texts.all) {
      folder.Start(text);
      while (folder.Next()) folder.Hash(hashes.data());
    }
  });
  fmt::print("{}: words found: {:.0f} MB/s, and hashed: {:.0f} MB/s; {:.2f} bytes a word\n",
             owt::text::SimdTierName(tier), texts.bytes / folding / 1e6,
             texts.bytes / hashing / 1e6, texts.bytes / static_cast<double>(words));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  std::ifstream input(argv[1], std::ios::binary);
  const std::string records{std::istreambuf_iterator<char>(input), {}};
  Texts texts{TextsOf(records)};
  for (const std::string_view text : texts.all) texts.bytes += static_cast<double>(text.size());
  for (const SimdTier tier : owt::text::SimdTiers()) {
    for (const Family family : {Family::kKperm32, Family::kDatasketchLegacy, Family::kDatatrove}) {
      MeasureKernel(family, 128, tier);
    }
    MeasureFolding(texts, tier);
    MeasureTexts(texts, Family::kKperm32, "word:5", tier);
    MeasureTexts(texts, Family::kKperm32, "char:9", tier);
    MeasureTexts(texts, Family::kDatasketch, "word:5", tier);
    MeasureTexts(texts, Family::kMegatron, "byte:5", tier);
  }
  return 0;
}
