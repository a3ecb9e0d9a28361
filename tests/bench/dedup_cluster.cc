// dedup_cluster write DOCUMENTS FOLDER: band files of made-up documents, 14 bands of random keys
// but for what is planted: every 20th text is equal to an earlier one; every 20th document shares
// one to five bands with an earlier one; a hundredth share a bucket. dedup_cluster join DOCUMENTS
// FOLDER MEMORY: joins them with the stage's classes, every candidate taken for a pair that is
// alike, and checks the number of clusters.
#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "stages/dedup/band_file.h"
#include "stages/dedup/candidates.h"
#include "stages/dedup/copies.h"
#include "stages/dedup/union_find.h"

namespace {

using namespace owt::dedup;

constexpr uint32_t kBands = 14;
constexpr uint32_t kBucketBand = 3;
constexpr uint64_t kAtOnce = 10000;

// splitmix64 (Steele, Lea and Flood 2014).
uint64_t Mix(uint64_t x) {
  x += 0x9E3779B97F4A7C15;
  x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9;
  x = (x ^ x >> 27) * 0x94D049BB133111EB;
  return x ^ x >> 31;
}

bool IsCopy(uint64_t document) { return document % 20 == 18; }

bool IsNear(uint64_t document) { return document % 20 == 19; }

bool IsInBucket(uint64_t document) { return document % 100 == 50; }

// An earlier document that is neither copy nor near.
uint64_t SourceOf(uint64_t document) {
  if (!IsCopy(document) && !IsNear(document)) return document;
  const uint64_t source = Mix(document) % (document - document % 20 + 18);
  return source % 20 < 18 ? source : source - source % 20;
}

uint64_t KeyOf(uint64_t document, uint32_t band) {
  const uint64_t shared = 1 + Mix(document ^ 77) % 5;  // bands, from some first one on
  const bool shares = (band + kBands - Mix(document ^ 78) % kBands) % kBands < shared;
  const uint64_t of =
      IsCopy(document) || (IsNear(document) && shares) ? SourceOf(document) : document;
  return band == kBucketBand && IsInBucket(of) ? 42 : Mix(of * kBands + band);
}

BandFileHeader Header() {
  BandFileHeader header;
  header.bands = kBands;
  header.rows = 8;
  header.shingle_size = 5;
  header.slots = 112;
  header.seed = 1;
  return header;
}

void Write(uint64_t documents, const std::string& prefix) {
  BandWriter writer(prefix, Header());
  std::string records;
  for (uint64_t begin = 0; begin < documents; begin += kAtOnce) {
    const uint64_t end = std::min(begin + kAtOnce, documents);
    records.clear();
    for (uint32_t band = 0; band < kBands; ++band) {
      for (uint64_t document = begin; document < end; ++document) {
        const uint64_t key = KeyOf(document, band);
        const auto number = static_cast<uint32_t>(document);
        records.append(reinterpret_cast<const char*>(&key), sizeof(key));
        records.append(reinterpret_cast<const char*>(&number), sizeof(number));
      }
    }
    for (uint64_t document = begin; document < end; ++document) {
      const uint64_t of = IsCopy(document) ? SourceOf(document) : document;
      writer.AddExact(document, {Mix(of), Mix(~of)});
    }
    writer.AddBands(records);
  }
  std::vector<owt::OutputRecord> outputs;
  writer.Commit(&outputs);
}

class Clock {
 public:
  void Tell(std::string_view what) {
    const auto now = std::chrono::steady_clock::now();
    rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    fmt::print("{}: {:.1f} s, peak {} MiB\n", what,
               std::chrono::duration<double>(now - last_).count(), usage.ru_maxrss / 1024);
    std::fflush(stdout);
    last_ = now;
  }

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

int Join(uint64_t documents, const std::string& folder, uint64_t memory) {
  const IndexPart own = {folder + "/", 0, documents};
  const OldDocuments old({});
  Clock clock;
  UnionFind clusters(static_cast<uint32_t>(documents));
  const Copies copies(old.parts(), own, /*own_too=*/true, folder, memory, &clusters);
  clock.Tell("equal texts");
  Candidates candidates({&old.parts(), &own, &copies.copies(), &old.removed(), /*own_too=*/true},
                        folder, memory);
  for (uint32_t band = 0; band < kBands; ++band) {
    candidates.AddBand(band);
    clock.Tell(fmt::format("band {}", band));
  }
  candidates.Finish();
  uint64_t pairs = 0;
  for (CandidatePair pair; candidates.NextPair(&pair); ++pairs) {
    clusters.Union(pair.first, pair.second);
  }
  uint64_t members = 0;
  for (LargeBucket bucket; candidates.NextLarge(&bucket); members += bucket.members.size()) {
    for (const uint32_t member : bucket.members) clusters.Union(bucket.members[0], member);
  }
  uint64_t found = 0;
  for (uint32_t i = 0; i < documents; ++i) found += clusters.Find(i) == i;
  clock.Tell("clusters");
  const uint64_t in_bucket = (documents + 49) / 100;
  const uint64_t expected = documents - 2 * (documents / 20) - (in_bucket - 1);
  fmt::print("{} pairs, {} members of large buckets; {} clusters, {} expected\n", pairs, members,
             found, expected);
  return found == expected ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  const uint64_t documents = std::strtoull(argv[2], nullptr, 10) / 100 * 100;
  const std::string folder = argv[3];
  if (std::string_view(argv[1]) == "write")
    return Write(documents, IndexPart{folder + "/"}.signed_prefix()), 0;
  return argc == 5 ? Join(documents, folder, std::strtoull(argv[4], nullptr, 10)) : 2;
}
