#include "stages/dedup/background.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>

#include "tests/support/scratch_folder.h"

namespace owt::dedup {
namespace {

constexpr size_t kSlots = 128;
constexpr BandGeometry kGeometry = {16, 8};

// Signatures of which each slot is equal in any two with the probability `jaccard`.
Signature RandomSignature(double jaccard, std::mt19937_64* random) {
  Signature signature;
  std::bernoulli_distribution is_common(std::sqrt(jaccard));
  for (size_t i = 0; i < kSlots; ++i) {
    signature.narrow.push_back(is_common(*random) ? 1
                                                  : 2 + static_cast<uint32_t>((*random)() >> 33));
  }
  return signature;
}

TEST(BackgroundTest, ExpectsAsManyCandidatesAsTheoryDoes) {
  std::mt19937_64 random(1);
  constexpr double kJaccard = 0.36;
  constexpr uint64_t kDocuments = 20000;
  SampleDraw draw(2);
  std::string sample;
  for (uint64_t i = 0; i < kDocuments; ++i) {
    const auto file = static_cast<uint32_t>(i % 2);
    if (!draw.Wants(file, i)) continue;
    std::string record;
    draw.Append(file, i, RandomSignature(file == 0 ? kJaccard : 0, &random), &record);
    draw.NoteAll(record, kSlots);
    sample += record;
  }
  const tests::ScratchFolder folder;
  tests::WriteAll(folder.File("sample"), sample);
  const auto found = MeasureBackground(folder.File("sample"), 2, kSlots, kGeometry, 0.8);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_NEAR(found[0].documents, kDocuments / 2, 0.15 * kDocuments / 2);
  EXPECT_NEAR(found[0].median, kJaccard, 0.02);
  EXPECT_GT(found[0].largest, found[0].median);
  const double expected = CandidateProbability(kJaccard, kGeometry) * found[0].documents;
  EXPECT_NEAR(found[0].false_matches, expected, 0.15 * expected);
  EXPECT_EQ(found[1].median, 0);
  EXPECT_LT(found[1].false_matches, 1e-3);
}

TEST(BackgroundTest, TheSampleDependsOnTheRecordsAlone) {
  std::vector<std::string> records;
  std::mt19937_64 random(2);
  SampleDraw patient(1);  // wants all
  for (uint64_t i = 0; i < 3000; ++i) {
    records.emplace_back();
    patient.Append(0, i, RandomSignature(0.2, &random), &records.back());
  }
  std::string all;
  for (const std::string& record : records) all += record;
  SampleDraw draw(1);
  std::string drawn;
  for (uint64_t i = 0; i < 3000; ++i) {
    if (!draw.Wants(0, i)) continue;
    draw.NoteAll(records[i], kSlots);
    drawn += records[i];
  }
  EXPECT_LT(drawn.size(), all.size());
  std::shuffle(records.begin(), records.end(), random);
  std::string shuffled;
  for (const std::string& record : records) shuffled += record;
  const tests::ScratchFolder folder;
  std::vector<Background> found;
  for (const std::string& sample : {all, drawn, shuffled}) {
    tests::WriteAll(folder.File("sample"), sample);
    found.push_back(MeasureBackground(folder.File("sample"), 1, kSlots, kGeometry, 0.8).at(0));
  }
  for (const Background& one : found) {
    EXPECT_EQ(one.false_matches, found[0].false_matches);
    EXPECT_EQ(one.documents, found[0].documents);
  }
}

}  // namespace
}  // namespace owt::dedup
