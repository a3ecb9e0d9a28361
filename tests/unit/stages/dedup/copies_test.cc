#include "stages/dedup/copies.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "stages/dedup/record_set.h"
#include "tests/unit/stages/dedup/disk_corpus.h"

namespace owt::dedup {
namespace {

TEST(CopiesTest, FirstCopiesByText) {
  const TextKey a = KeyOf("a"), b = KeyOf("b"), empty = KeyOf("");
  std::vector<DiskDocument> documents(9);
  const std::map<size_t, TextKey> keys = {{0, a}, {1, b},           {3, a},    {4, empty},
                                          {5, b}, {6, KeyOf("a ")}, {7, empty}};
  for (const auto& [i, key] : keys) documents[i].key = key;
  const DiskCorpus corpus(documents, 0);
  std::vector<uint32_t> firsts, copies;
  for (uint32_t i = 0; i < 8; ++i) firsts.push_back(corpus.copies().FirstOf(i));
  corpus.copies().copies().ForEach([&](uint64_t i) { copies.push_back(uint32_t(i)); });
  EXPECT_EQ(firsts, (std::vector<uint32_t>{0, 1, 2, 0, 4, 1, 6, 4}));
  EXPECT_EQ(copies, (std::vector<uint32_t>{3, 5, 7}));
  EXPECT_FALSE(corpus.copies().documents().Has(2));
  EXPECT_FALSE(corpus.copies().documents().Has(8));
  EXPECT_EQ(corpus.copies().documents().size(), 9u);
}

TEST(CopiesTest, EqualHalvesOfAKeyAreNotEnough) {
  std::vector<DiskDocument> documents(3);
  documents[0].key = {1, 1};
  documents[1].key = {1, 2};
  documents[2].key = {2, 1};
  const DiskCorpus corpus(documents, 0);
  EXPECT_EQ(corpus.copies().copies().count(), 0u);
}

TEST(TextKeyTest, KnownAnswer) {  // XXH3_128bits of the empty text, from xxHash's specification
  EXPECT_EQ(KeyOf("").high, 0x99aa06d3014798d8u);
  EXPECT_EQ(KeyOf("").low, 0x6001c324468d497fu);
}

TEST(RecordSetTest, RanksAndMembersAreThoseOfASortedList) {
  std::mt19937 random(5);
  for (const uint64_t size : {0, 1, 63, 64, 65, 511, 512, 513, 5000}) {
    RecordSet set(size);
    std::vector<uint64_t> members;
    for (uint64_t i = 0; i < size; ++i) {
      if (random() % 3 != 0) continue;
      set.Add(i);
      members.push_back(i);
    }
    set.Seal();
    EXPECT_EQ(set.count(), members.size());
    std::vector<uint64_t> listed;
    set.ForEach([&](uint64_t i) { listed.push_back(i); });
    EXPECT_EQ(listed, members);
    for (uint64_t i = 0; i <= size; ++i) {
      const auto below = std::lower_bound(members.begin(), members.end(), i) - members.begin();
      ASSERT_EQ(set.Rank(i), static_cast<uint64_t>(below)) << i << " of " << size;
    }
  }
}

}  // namespace
}  // namespace owt::dedup
