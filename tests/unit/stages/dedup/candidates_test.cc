#include "stages/dedup/candidates.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "pipeline/error.h"
#include "tests/unit/stages/dedup/disk_corpus.h"

namespace owt::dedup {
namespace {

using Pairs = std::map<std::pair<uint32_t, uint32_t>, uint32_t>;  // to the first band

Pairs PairsOf(Candidates* candidates) {
  Pairs pairs;
  std::pair<uint32_t, uint32_t> last;
  for (CandidatePair pair; candidates->NextPair(&pair);) {
    EXPECT_LT(pair.first, pair.second);
    EXPECT_TRUE(pairs.empty() || last < std::pair(pair.first, pair.second));
    last = {pair.first, pair.second};
    pairs[last] = pair.band;
  }
  return pairs;
}

TEST(CandidatesTest, FirstCopiesThatShareABand) {
  std::vector<DiskDocument> documents(7);
  const TextKey a{1, 1};
  documents[0] = {a, {10, 20}, {}, 0, ""};
  documents[1] = {a, {10, 20}, {}, 0, ""};  // a copy
  documents[2] = Unique(2, {}, {});         // without shingles
  documents[3] = Unique(3, {11, 20}, {});
  documents[5] = Unique(5, {10, 21}, {});
  documents[6] = Unique(6, {20, 10}, {});  // equal keys of different bands are no match
  Candidates candidates = DiskCorpus(documents, 2).FindCandidates();
  EXPECT_EQ(PairsOf(&candidates), (Pairs{{{0, 3}, 1}, {{0, 5}, 0}}));
  EXPECT_EQ(candidates.documents().count(), 3u);
  LargeBucket large;
  EXPECT_FALSE(candidates.NextLarge(&large));
}

TEST(CandidatesTest, MatchesAMapPerBand) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 20; ++round) {
    const auto bands = static_cast<uint32_t>(1 + random() % 5);
    const uint64_t num_keys = 1 + random() % 4000;
    std::vector<DiskDocument> documents(2000);
    std::vector<std::map<uint64_t, std::vector<uint32_t>>> expected(bands);
    for (uint32_t i = 0; i < documents.size(); ++i) {
      documents[i] = Unique(i, {}, {});
      if (random() % 10 == 0) continue;
      for (uint32_t band = 0; band < bands; ++band) {
        documents[i].band_keys.push_back(random() % num_keys * 0x9E3779B97F4A7C15);
        expected[band][documents[i].band_keys.back()].push_back(i);
      }
    }
    Pairs pairs;
    std::map<std::vector<uint32_t>, uint32_t> large;  // to the first band
    for (uint32_t band = bands; band-- > 0;) {
      for (const auto& [key, members] : expected[band]) {
        if (members.size() > kAllPairs) large[members] = band;
        if (members.size() > kAllPairs) continue;
        for (const uint32_t x : members) {
          for (const uint32_t y : members) {
            if (x < y) pairs[{x, y}] = band;
          }
        }
      }
    }
    Candidates candidates = DiskCorpus(documents, static_cast<int>(bands)).FindCandidates();
    EXPECT_EQ(PairsOf(&candidates), pairs);
    std::map<std::vector<uint32_t>, uint32_t> found;
    for (LargeBucket bucket; candidates.NextLarge(&bucket);) {
      found.emplace(bucket.members, bucket.band);
    }
    EXPECT_EQ(found, large);
  }
}

TEST(CandidatesTest, ALargeBucketThatComesAgainIsThereOnce) {
  std::vector<DiskDocument> documents;
  for (uint64_t i = 0; i < 100; ++i) documents.push_back(Unique(i, {7, 8, 9}, {}));
  Candidates candidates = DiskCorpus(documents, 3).FindCandidates();
  LargeBucket bucket;
  ASSERT_TRUE(candidates.NextLarge(&bucket));
  EXPECT_EQ(bucket.band, 0u);
  EXPECT_EQ(bucket.members.size(), 100u);
  EXPECT_FALSE(candidates.NextLarge(&bucket));
}

TEST(CandidatesTest, BandFilesOfOthersAreRefused) {
  std::vector<DiskDocument> documents = {Unique(0, {1, 2}, {}), Unique(1, {1, 2}, {})};
  const DiskCorpus corpus(documents, 2);
  const std::string path = corpus.own().signed_prefix() + ".band-00";
  const std::string content = tests::ReadAll(path);
  const auto add_band = [&](const std::string& bytes) {
    tests::WriteAll(path, bytes);
    const RecordSet none(2);
    Candidates candidates({&corpus.old().parts(), &corpus.own(), &none, &none, true},
                          corpus.folder(), DiskCorpus::kMemory);
    candidates.AddBand(0);
  };
  add_band(content);
  EXPECT_THROW(add_band(tests::ReadAll(corpus.own().signed_prefix() + ".band-01")), Error)
      << "another band";
  EXPECT_THROW(add_band(content.substr(0, content.size() - 1)), Error) << "cut short";
  EXPECT_THROW(add_band(content.substr(0, 40)), Error) << "cut in the header";
  std::string turned = content;
  std::swap(turned[64 + 8], turned[64 + 12 + 8]);
  EXPECT_THROW(add_band(turned), Error) << "not in order";
  std::string beyond = content;
  beyond[64 + 12 + 8] = 2;
  EXPECT_THROW(add_band(beyond), Error) << "more documents than records";
}

}  // namespace
}  // namespace owt::dedup
