#include "trainer/generate/beam_search.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/unit/trainer/fake_text_model.h"
#include "trainer/generate/decode.h"

namespace owt::trainer {
namespace {

using Ids = std::vector<uint32_t>;
using tests::FakeTextModel;
using tests::HashedModel;

constexpr uint32_t kStop = 0;

double SumOf(const Ids& text, size_t prompt, int64_t vocab) {
  double sum = 0;
  for (size_t i = prompt; i < text.size(); ++i) {
    const Ids before(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(i));
    sum += LogProb(FakeTextModel::Hashed(before, vocab), text[i]);
  }
  return sum;
}

// All texts of `tokens` new ones without the stop token, or shorter ones that it ends.
void Enumerate(Ids* text, size_t prompt, int64_t vocab, size_t tokens, double penalty,
               std::vector<Hypothesis>* all) {
  const auto length = static_cast<double>(text->size() - prompt);
  if (text->size() == prompt + tokens) {
    all->push_back({*text, {}, SumOf(*text, prompt, vocab) / std::pow(length, penalty)});
    return;
  }
  Ids ended = *text;
  ended.push_back(kStop);
  all->push_back({*text, {}, SumOf(ended, prompt, vocab) / std::pow(length + 1, penalty)});
  for (uint32_t id = 1; id < vocab; ++id) {
    text->push_back(id);
    Enumerate(text, prompt, vocab, tokens, penalty, all);
    text->pop_back();
  }
}

TEST(BeamSearchTest, AWideBeamFindsTheBestOfAllTexts) {
  for (uint32_t first = 1; first < 40; ++first) {
    FakeTextModel model = HashedModel(4, 50, 8);
    // Sums only fall, so without a penalty the end of the search is exact.
    const BeamOptions options{64, 3, kStop, 0.0, 4, {}};
    const auto found = BeamSearch(model, Ids{first}, options, [] { return false; });
    std::vector<Hypothesis> all;
    Ids text = {first};
    Enumerate(&text, 1, 4, 3, 0.0, &all);
    std::sort(all.begin(), all.end(),
              [](const Hypothesis& a, const Hypothesis& b) { return a.score > b.score; });
    ASSERT_EQ(found.size(), std::min<size_t>(64, all.size()));
    for (size_t i = 0; i < found.size(); ++i) {
      EXPECT_EQ(found[i].ids, all[i].ids);
      EXPECT_NEAR(found[i].score, all[i].score, 1e-5);
    }
    EXPECT_EQ(model.num_errors, 0);
  }
}

TEST(BeamSearchTest, OfWidthOneIsGreedy) {
  for (uint32_t first = 1; first < 50; ++first) {
    FakeTextModel model = HashedModel(12, 50, 8);
    const BeamOptions options{1, 10, /*stop_token=*/99, 1.0, 11, {}};
    const auto found = BeamSearch(model, Ids{first}, options, [] { return false; });
    DecodeOptions greedy;
    greedy.sampling.temperature = 0;
    greedy.tokens = 10;
    greedy.vocab = 11;
    const std::vector<Ids> prompts = {{first}};
    const auto texts = Decode(model, prompts, greedy);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].ids, texts[0].ids);
    EXPECT_NEAR(found[0].score, SumOf(found[0].ids, 1, 12) / 10, 1e-5);
    EXPECT_EQ(found[0].log_probs.size(), 10U);
  }
}

TEST(BeamSearchTest, KeepsFromForbiddenPairsAndEndsWhenCancelled) {
  FakeTextModel model = HashedModel(5, 500, 2);
  BeamOptions options{3, 200, 99, 1.0, 5, {}};
  options.forbidden = ForbiddenPair{1, 2};
  const auto found = BeamSearch(model, Ids{1}, options, [] { return false; });
  EXPECT_EQ(found.size(), 3U);
  for (const Hypothesis& hypothesis : found) {
    for (size_t i = 1; i < hypothesis.ids.size(); ++i) {
      EXPECT_FALSE(hypothesis.ids[i - 1] == 1 && hypothesis.ids[i] == 2);
    }
  }
  int polls = 0;
  const auto cut = BeamSearch(model, Ids{1}, options, [&] { return ++polls > 4; });
  EXPECT_EQ(cut[0].ids.size(), 5U);
}

}  // namespace
}  // namespace owt::trainer
