#include "stages/dedup/index.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace owt::dedup {
namespace {

TEST(IndexTest, FirstCopiesByText) {
  Index index(0);
  const std::vector<std::string> texts = {"a", "b", "a", "", "b", "a ", ""};
  for (size_t i = 0; i < texts.size(); ++i) {
    if (i == 2) index.SkipTo(3);  // record 2 is no document
    index.Add(KeyOf(texts[i]), {});
  }
  index.SkipTo(9);
  EXPECT_EQ(index.size(), 9u);
  const uint32_t none = kNoDocument;
  EXPECT_EQ(index.FirstCopies(), (std::vector<uint32_t>{0, 1, none, 0, 4, 1, 6, 4, none}));
}

TEST(IndexTest, CandidatesAreFirstCopiesWithShingles) {
  Index index(2);
  const TextKey a{1, 1}, b{2, 2}, c{3, 3}, d{4, 4}, e{5, 5};
  index.Add(a, std::vector<uint64_t>{10, 20});
  index.Add(a, std::vector<uint64_t>{10, 20});  // a copy
  index.Add(b, {});                             // without shingles
  index.Add(c, std::vector<uint64_t>{11, 20});
  index.SkipTo(5);
  index.Add(d, std::vector<uint64_t>{10, 21});
  index.Add(e, std::vector<uint64_t>{20, 10});  // equal keys of different bands are no match
  const Buckets buckets = index.TakeCandidates(index.FirstCopies());
  std::set<std::vector<uint32_t>> found;
  for (size_t i = 0; i < buckets.size(); ++i) found.emplace(buckets[i].begin(), buckets[i].end());
  EXPECT_EQ(found, (std::set<std::vector<uint32_t>>{{0, 3}, {0, 5}}));
}

TEST(TextKeyTest, KnownAnswer) {  // XXH3_128bits of the empty text, from xxHash's specification
  EXPECT_EQ(KeyOf("").high, 0x99aa06d3014798d8u);
  EXPECT_EQ(KeyOf("").low, 0x6001c324468d497fu);
}

}  // namespace
}  // namespace owt::dedup
