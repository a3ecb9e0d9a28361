#include "stages/text/first_seen.h"

#include <gtest/gtest.h>

#include <random>
#include <unordered_set>
#include <vector>

#include "pipeline/error.h"

namespace owt::text {
namespace {

// What FirstSeen says of each key, with the late answers put in their places.
std::vector<bool> Answers(const std::vector<uint64_t>& keys, uint64_t memory, uint64_t* num_later) {
  FirstSeen seen(testing::TempDir(), memory);
  std::vector<bool> answers(keys.size());
  std::vector<size_t> later;
  for (size_t i = 0; i < keys.size(); ++i) {
    const Seen answer = seen.Add(KeyOf({reinterpret_cast<const char*>(&keys[i]), sizeof(keys[i])}));
    answers[i] = answer == Seen::kFirst;
    if (answer == Seen::kLater) later.push_back(i);
  }
  *num_later = seen.num_later();
  EXPECT_EQ(later.size(), *num_later);
  seen.Finish();
  for (const size_t i : later) answers[i] = seen.Next();
  return answers;
}

std::vector<bool> SlowAnswers(const std::vector<uint64_t>& keys) {
  std::unordered_set<uint64_t> set;
  std::vector<bool> answers;
  for (const uint64_t key : keys) answers.push_back(set.insert(key).second);
  return answers;
}

TEST(FirstSeenTest, AnswersAreThoseOfASetWhateverTheMemory) {
  std::mt19937_64 random(11);
  for (const size_t num_keys :
       {size_t{0}, size_t{1}, size_t{1000}, size_t{30000}, size_t{400000}}) {
    for (const uint64_t range : {uint64_t{50}, uint64_t{20000}, uint64_t{1} << 40}) {
      std::vector<uint64_t> keys(num_keys);
      for (uint64_t& key : keys) key = random() % range;
      const std::vector<bool> expected = SlowAnswers(keys);
      for (const uint64_t memory : {FirstSeen::kMinMemory, uint64_t{1} << 20, uint64_t{64} << 20}) {
        uint64_t num_later = 0;
        ASSERT_EQ(Answers(keys, memory, &num_later), expected)
            << num_keys << " keys below " << range << " in " << memory;
        if (memory == uint64_t{64} << 20) {
          EXPECT_EQ(num_later, 0u);
        }
      }
    }
  }
}

// 400,000 distinct keys in 64 KiB leave files that do not fit either and are split again.
TEST(FirstSeenTest, SplitsAgainWhatDoesNotFit) {
  std::vector<uint64_t> keys;
  for (uint64_t i = 0; i < 400000; ++i) keys.push_back(i);
  for (uint64_t i = 0; i < 400000; i += 3) keys.push_back(i);
  uint64_t num_later = 0;
  EXPECT_EQ(Answers(keys, FirstSeen::kMinMemory, &num_later), SlowAnswers(keys));
  EXPECT_GT(num_later, 400000u);
}

TEST(FirstSeenTest, KeysThatAgreeInHalfTheirBitsEnd) {
  FirstSeen seen(testing::TempDir(), FirstSeen::kMinMemory);
  uint64_t num_later = 0;
  for (uint64_t i = 0; i < 20000; ++i) num_later += seen.Add({42, i << 40}) == Seen::kLater;
  seen.Finish();
  for (uint64_t i = 0; i < num_later; ++i) ASSERT_TRUE(seen.Next());
}

TEST(FirstSeenTest, TheZeroKeyIsAKey) {
  FirstSeen seen(testing::TempDir(), FirstSeen::kMinMemory);
  EXPECT_EQ(seen.Add({0, 0}), Seen::kFirst);
  EXPECT_EQ(seen.Add({0, 0}), Seen::kAgain);
}

TEST(FirstSeenTest, AFolderThatIsNotThereIsAnError) {
  FirstSeen seen("/nonexistent/folder", FirstSeen::kMinMemory);
  EXPECT_THROW(
      {
        for (uint64_t i = 0; i < 100000; ++i) {
          seen.Add(KeyOf({reinterpret_cast<const char*>(&i), sizeof(i)}));
        }
        seen.Finish();
      },
      Error);
}

}  // namespace
}  // namespace owt::text
