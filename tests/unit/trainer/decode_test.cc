#include "trainer/generate/decode.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "tests/unit/trainer/fake_text_model.h"

namespace owt::trainer {
namespace {

using Ids = std::vector<uint32_t>;
using tests::FakeTextModel;
using tests::HashedModel;

// Each text by itself, read again from its start for each token: the obvious way.
DecodedText SlowDecode(const Ids& prompt, size_t index, int64_t vocab, int64_t positions,
                       const DecodeOptions& options) {
  std::mt19937_64 random(options.seed ^ (index * 0x9E3779B97F4A7C15));
  DecodedText text{prompt, {}};
  SamplingOptions sampling = options.sampling;
  for (size_t i = 1; options.log_probs && i < prompt.size(); ++i) {
    const auto logits = FakeTextModel::Hashed(
        Ids(prompt.begin(), prompt.begin() + static_cast<std::ptrdiff_t>(i)), vocab);
    text.log_probs.push_back(LogProb(logits, prompt[i]));
  }
  for (int64_t i = 0; i < options.tokens; ++i) {
    if (std::ssize(text.ids) > positions) break;
    const std::vector<float> logits = FakeTextModel::Hashed(text.ids, vocab);
    std::vector<float> allowed(logits.begin(), logits.begin() + options.vocab);
    if (options.forbidden && text.ids.back() == options.forbidden->first) {
      allowed[options.forbidden->second] = -INFINITY;
    }
    text.ids.push_back(SampleToken(allowed, sampling, random));
    if (options.log_probs) text.log_probs.push_back(LogProb(logits, text.ids.back()));
    if (options.stop.Ends(text.ids)) break;
    if (options.top_p_decay > 0) {
      sampling.top_p = std::max(sampling.top_p * options.top_p_decay, options.top_p_bound);
    }
  }
  return text;
}

std::vector<Ids> RandomPrompts(std::mt19937& random, uint32_t vocab) {
  std::vector<Ids> prompts(random() % 12);
  for (Ids& prompt : prompts) {
    prompt.resize(1 + random() % 9);
    for (uint32_t& id : prompt) id = static_cast<uint32_t>(random() % vocab);
  }
  return prompts;
}

TEST(DecodeTest, EqualsTheSlowWayHoweverManyRows) {
  constexpr uint32_t kVocab = 20;
  std::mt19937 random(11);
  for (int round = 0; round < 300; ++round) {
    DecodeOptions options;
    options.vocab = 17;
    options.tokens = random() % 30;
    options.seed = random();
    options.sampling.temperature = static_cast<double>(random() % 3) * 0.7;
    options.sampling.top_k = random() % 2 == 0 ? 5 : 0;
    options.sampling.top_p = random() % 2 == 0 ? 0.8 : 0;
    if (random() % 2 == 0) options.top_p_decay = 0.9;
    options.top_p_bound = 0.3;
    options.stop.tokens = {3};
    options.stop.pairs = {{5, 5}, {4, 6}};
    if (random() % 2 == 0) options.forbidden = ForbiddenPair{7, 8};
    options.log_probs = random() % 2 == 0;
    const std::vector<Ids> prompts = RandomPrompts(random, kVocab);
    FakeTextModel model = HashedModel(kVocab, 16, 1 + random() % 5);
    const std::vector<DecodedText> texts = Decode(model, prompts, options);
    EXPECT_EQ(model.num_errors, 0);
    ASSERT_EQ(texts.size(), prompts.size());
    for (size_t i = 0; i < texts.size(); ++i) {
      const DecodedText slow = SlowDecode(prompts[i], i, kVocab, 16, options);
      EXPECT_EQ(texts[i].ids, slow.ids);
      EXPECT_EQ(texts[i].log_probs, slow.log_probs);
    }
  }
}

TEST(DecodeTest, TextsDependOnTheirIndexAndNotOnTheBlock) {
  FakeTextModel model = HashedModel(50, 100, 4);
  const std::vector<Ids> prompts(6, Ids{1, 2});
  DecodeOptions options;
  options.vocab = 50;
  options.tokens = 20;
  const auto all = Decode(model, prompts, options);
  EXPECT_NE(all[0].ids, all[1].ids);
  options.first_text = 4;
  const auto last = Decode(model, std::span(prompts).last(2), options);
  EXPECT_EQ(last[0].ids, all[4].ids);
  EXPECT_EQ(last[1].ids, all[5].ids);
}

TEST(DecodeTest, SlidesOverTheModelsPositions) {
  DecodeOptions options;
  options.vocab = 10;
  options.tokens = 100;
  options.slide = true;
  for (const int64_t positions : {1, 2, 7}) {
    FakeTextModel model = HashedModel(10, positions, 3);
    const std::vector<Ids> prompts = {Ids(1, 1), Ids(50, 2), Ids(7, 3), Ids(3, 4)};
    const auto texts = Decode(model, prompts, options);
    EXPECT_EQ(model.num_errors, 0);
    for (size_t i = 0; i < texts.size(); ++i) {
      EXPECT_EQ(texts[i].ids.size(), prompts[i].size() + 100);
    }
  }
}

TEST(DecodeTest, HooksEndOneTextOrAll) {
  FakeTextModel model = HashedModel(10, 100, 2);
  DecodeOptions options;
  options.vocab = 10;
  options.tokens = 50;
  const std::vector<Ids> prompts(3, Ids{1});
  DecodeHooks hooks;
  size_t taken = 0;
  hooks.take = [&](size_t text, uint32_t) { return text != 1 && ++taken < 1000; };
  auto texts = Decode(model, prompts, options, hooks);
  EXPECT_EQ(texts[0].ids.size(), 51U);
  EXPECT_EQ(texts[1].ids.size(), 2U);
  EXPECT_EQ(texts[2].ids.size(), 51U);
  int polls = 0;
  hooks.take = [](size_t, uint32_t) { return true; };
  hooks.cancelled = [&] { return ++polls > 5; };
  texts = Decode(model, prompts, options, hooks);
  EXPECT_LT(texts[0].ids.size(), 10U);
  EXPECT_LT(texts[2].ids.size(), 10U);
}

}  // namespace
}  // namespace owt::trainer
