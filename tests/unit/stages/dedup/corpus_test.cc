// The whole of the algorithm against brute force over all pairs, on generated corpora.
#include <gtest/gtest.h>
#include <oneapi/tbb/global_control.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "stages/dedup/lsh.h"
#include "stages/dedup/minhash.h"
#include "stages/dedup/removals.h"
#include "stages/dedup/shingles.h"
#include "stages/dedup/verify.h"
#include "tests/reference/near_duplicates.h"
#include "tests/unit/stages/dedup/disk_corpus.h"

namespace owt::dedup {
namespace {

std::string RandomWords(size_t count, std::mt19937* random) {
  std::string text;
  for (size_t i = 0; i < count; ++i) text += "w" + std::to_string((*random)() % 5000) + " ";
  return text;
}

// `text` with about `edits` words replaced.
std::string Edited(const std::string& text, size_t edits, std::mt19937* random) {
  std::vector<std::string> words(1);
  for (const char c : text) {
    if (c == ' ') {
      words.emplace_back();
    } else {
      words.back() += c;
    }
  }
  for (size_t i = 0; i < edits; ++i)
    words[(*random)() % words.size()] = "edit" + std::to_string((*random)());
  std::string edited;
  for (const std::string& word : words) edited += word + " ";
  return edited;
}

// What `owt dedup --lsh` does with texts.
std::vector<Removal> Deduplicate(const std::vector<std::string>& texts, double threshold) {
  const BandGeometry geometry = ChooseGeometry(threshold, 128);
  const MinHasher hasher(Family::kKperm32, 128, 1234);
  Shingler shingler({ShingleRule::Unit::kWord, 5});
  std::vector<DiskDocument> documents;
  for (const std::string& text : texts) {
    std::vector<uint64_t> shingles = shingler.Make(text);
    std::vector<uint64_t> keys;
    if (!shingles.empty()) {
      keys.resize(static_cast<size_t>(geometry.bands));
      BandKeys(hasher.Sign(shingles).narrow, geometry, keys);
    }
    SortAndUnify(&shingles);
    documents.push_back({KeyOf(text), keys, shingles, 0, ""});
  }
  DiskCorpus corpus(documents, geometry.bands);
  return AllOf(corpus.Decide(corpus.VerifiedEdges(threshold), threshold));
}

// 500 documents of which half are copies at graded distance.
std::vector<std::string> GradedCorpus(uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<std::string> texts;
  while (texts.size() < 500) {
    if (texts.empty() || random() % 2 == 0) {
      texts.push_back(RandomWords(5 + random() % 200, &random));
    } else {
      texts.push_back(Edited(texts[random() % texts.size()], random() % 6, &random));
    }
  }
  return texts;
}

TEST(CorpusTest, PrecisionIsOneAndRecallIsHigh) {
  size_t planted = 0;
  size_t found = 0;
  size_t planted_near = 0;
  size_t found_near = 0;
  for (uint32_t seed = 0; seed < 2; ++seed) {
    const std::vector<std::string> texts = GradedCorpus(seed);
    const std::vector<uint32_t> expected = reference::KeptDocuments(texts, 5, 0.8);
    std::map<uint32_t, Removal> removed;
    for (const Removal& removal : Deduplicate(texts, 0.8)) removed[removal.document] = removal;
    const auto sets = reference::NumberedShingles(texts, 5);
    for (uint32_t i = 0; i < texts.size(); ++i) {
      const bool is_removed = removed.contains(i);
      planted += expected[i] != i;
      found += is_removed;
      double best = 0;
      for (uint32_t j = 0; j < i; ++j) best = std::max(best, reference::Jaccard(sets[i], sets[j]));
      planted_near += best >= 0.9;
      found_near += best >= 0.9 && is_removed;
      if (!is_removed) continue;
      // Every removal is justified by a document that brute force finds alike as well.
      const Removal& removal = removed[i];
      ASSERT_NE(expected[i], i);
      EXPECT_EQ(expected[removal.kept], expected[i]);
      EXPECT_FALSE(removed.contains(removal.kept));
      EXPECT_NEAR(removal.similarity, reference::Jaccard(sets[i], sets[removal.kept]), 1e-12);
      const double match = reference::Jaccard(sets[i], sets[removal.match]);
      EXPECT_NEAR(removal.match_similarity, match, 1e-12);
      EXPECT_GE(match, 0.8);
    }
  }
  ASSERT_GT(planted, 150u);
  ASSERT_GT(planted_near, 100u);
  EXPECT_GE(static_cast<double>(found), 0.98 * static_cast<double>(planted));
  EXPECT_GE(static_cast<double>(found_near), 0.99 * static_cast<double>(planted_near));
}

TEST(CorpusTest, ThreadsDoNotMatter) {
  const std::vector<std::string> texts = GradedCorpus(9);
  std::vector<Removal> first;
  for (const size_t threads : {1, 2, 8}) {
    const oneapi::tbb::global_control control(oneapi::tbb::global_control::max_allowed_parallelism,
                                              threads);
    const std::vector<Removal> removals = Deduplicate(texts, 0.7);
    if (first.empty()) first = removals;
    ASSERT_EQ(removals.size(), first.size());
    for (size_t i = 0; i < first.size(); ++i) {
      EXPECT_EQ(removals[i].document, first[i].document);
      EXPECT_EQ(removals[i].kept, first[i].kept);
      EXPECT_EQ(removals[i].match, first[i].match);
    }
  }
}

// Templates: two thirds of each document are the same, the bodies differ. None is a copy.
TEST(CorpusTest, TemplatesWithDifferentBodiesStay) {
  std::mt19937 random(3);
  const std::string header = RandomWords(60, &random);
  const std::string footer = RandomWords(60, &random);
  std::vector<std::string> texts;
  for (int i = 0; i < 5000; ++i) texts.push_back(header + RandomWords(60, &random) + footer);
  EXPECT_TRUE(Deduplicate(texts, 0.8).empty());
}

TEST(CorpusTest, AllEqualAllEmptyAndAllShort) {
  EXPECT_EQ(
      Deduplicate(std::vector<std::string>(5000, "the same text over and over again"), 0.8).size(),
      4999u);
  EXPECT_EQ(Deduplicate(std::vector<std::string>(100, ""), 0.8).size(), 99u);
  std::vector<std::string> punctuation, words;
  for (size_t i = 0; i < 100; ++i) {
    punctuation.push_back(std::string(i + 1, '.'));
    words.push_back("word" + std::to_string(i));
  }
  EXPECT_TRUE(Deduplicate(punctuation, 0.8).empty());
  EXPECT_TRUE(Deduplicate(words, 0.8).empty());
}

}  // namespace
}  // namespace owt::dedup
