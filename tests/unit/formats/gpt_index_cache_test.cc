#include "formats/gpt_index_cache.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "pipeline/output_file.h"
#include "tests/support/scratch_folder.h"

namespace owt::formats {
namespace {

using ::owt::tests::ReadAll;
using ::owt::tests::ScratchFolder;
using ::owt::tests::WriteAll;
using ::testing::HasSubstr;

const std::vector<int32_t> kLengths = {5, 0, 17, 3, 9, 100, 1, 1, 40};
constexpr SequenceRange kRange{1, 8};
constexpr GptIndexOptions kOptions{20, 4, 7};

struct Loaded {
  std::vector<std::string> said;
  GptIndex index;

  explicit Loaded(const std::string& path)
      : index(LoadOrBuildGptIndex(path, kLengths, kRange, kOptions,
                                  [this](std::string_view line) { said.emplace_back(line); })) {}

  bool mapped() const { return std::holds_alternative<MappedFile>(index.bytes); }
};

void ExpectEqualToBuilt(const GptIndex& index) {
  const GptIndex built = BuildGptIndex(kLengths, kRange, kOptions);
  EXPECT_EQ(index.shape, built.shape);
  EXPECT_TRUE(std::ranges::equal(index.doc_idx, built.doc_idx));
  EXPECT_TRUE(std::ranges::equal(index.sample_idx, built.sample_idx));
  EXPECT_TRUE(std::ranges::equal(index.shuffle_idx, built.shuffle_idx));
}

TEST(GptIndexCacheTest, BuildsOnceAndMapsThen) {
  const ScratchFolder scratch;
  const std::string path = scratch.File("cache/of/d.gptindex");
  const Loaded first(path);
  EXPECT_FALSE(first.mapped());
  ExpectEqualToBuilt(first.index);
  const Loaded second(path);
  EXPECT_TRUE(second.mapped());
  ExpectEqualToBuilt(second.index);
  EXPECT_TRUE(first.said.empty() && second.said.empty());
}

TEST(GptIndexCacheTest, DamageIsFoundAndTheFileIsMadeAnew) {
  const ScratchFolder scratch;
  const std::string path = scratch.File("d.gptindex");
  EXPECT_FALSE(Loaded(path).mapped());
  const std::string whole = ReadAll(path);
  for (size_t i = 0; i < whole.size(); i += 7) {  // every field of the header, much of the arrays
    std::string damaged = whole;
    damaged[i] = static_cast<char>(damaged[i] ^ 1 << i % 8);
    WriteAll(path, damaged);
    const Loaded loaded(path);
    ASSERT_FALSE(loaded.mapped()) << i;
    ASSERT_EQ(loaded.said.size(), 1U) << i;
    EXPECT_THAT(loaded.said[0], HasSubstr("the index is built anew: " + path));
    ExpectEqualToBuilt(loaded.index);
    ASSERT_EQ(ReadAll(path), whole) << i;
  }
  for (size_t size = 0; size < whole.size(); size += 41) {
    WriteAll(path, whole.substr(0, size));
    ASSERT_FALSE(Loaded(path).mapped()) << size;
  }
  WriteAll(path, whole + '\0');
  EXPECT_FALSE(Loaded(path).mapped());
  EXPECT_TRUE(Loaded(path).mapped());
}

TEST(GptIndexCacheTest, AnIndexOfOtherDataIsNotTaken) {
  const ScratchFolder scratch;
  const std::string path = scratch.File("d.gptindex");
  EXPECT_FALSE(Loaded(path).mapped());
  std::vector<int32_t> lengths = kLengths;
  std::swap(lengths[2], lengths[3]);  // the shape stays
  std::vector<std::string> said;
  LoadOrBuildGptIndex(path, lengths, kRange, kOptions,
                      [&](std::string_view line) { said.emplace_back(line); });
  ASSERT_EQ(said.size(), 1U);
  EXPECT_THAT(said[0], HasSubstr("is the index of other data or settings"));
}

TEST(GptIndexCacheTest, TheKeyHoldsAllThatTheIndexDependsOn) {
  std::vector<int32_t> lengths = kLengths;
  std::set<uint64_t> keys = {GptIndexKey(lengths, kRange, kOptions)};
  keys.insert(GptIndexKey(lengths, {0, 8}, kOptions));
  keys.insert(GptIndexKey(lengths, {1, 7}, kOptions));
  keys.insert(GptIndexKey(lengths, kRange, {21, 4, 7}));
  keys.insert(GptIndexKey(lengths, kRange, {20, 5, 7}));
  keys.insert(GptIndexKey(lengths, kRange, {20, 4, 8}));
  lengths[4] = 10;
  keys.insert(GptIndexKey(lengths, kRange, kOptions));
  EXPECT_EQ(keys.size(), 7U);
  lengths = kLengths;
  lengths[0] = lengths[8] = 1000;  // outside the range
  EXPECT_EQ(GptIndexKey(lengths, kRange, kOptions), GptIndexKey(kLengths, kRange, kOptions));
}

TEST(GptIndexCacheTest, LiesBesideTheDataOrWhereItIsTold) {
  EXPECT_EQ(GptIndexCachePath("a/b/d", "", 255),
            "a/b/.owt-index-cache/d-00000000000000ff.gptindex");
  EXPECT_EQ(GptIndexCachePath("d", "", 255), ".owt-index-cache/d-00000000000000ff.gptindex");
  EXPECT_EQ(GptIndexCachePath("a/b/d", "c", 255), "c/d-00000000000000ff.gptindex");
}

TEST(GptIndexCacheTest, AFileThatCannotBeWrittenIsSaid) {
  const ScratchFolder scratch;
  WriteAll(scratch.File("file"), "");
  const Loaded loaded(scratch.File("file/d.gptindex"));
  ASSERT_EQ(loaded.said.size(), 1U);
  EXPECT_THAT(loaded.said[0], HasSubstr("the index is not kept for the next run"));
  ExpectEqualToBuilt(loaded.index);
}

}  // namespace
}  // namespace owt::formats
