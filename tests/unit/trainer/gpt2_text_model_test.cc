#include "trainer/generate/gpt2_text_model.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <random>

#include "trainer/device.h"
#include "trainer/generate/decode.h"
#include "trainer/model/gpt2.h"
#include "trainer/model/init.h"

namespace owt::trainer {
namespace {

using TextIds = std::vector<uint32_t>;

constexpr int64_t kTestVocab = 300, kTestPositions = 40;

Gpt2 RandomGpt2(int64_t hidden, bool exact_gelu = false) {
  SetThreads(1);  // of products this small, two would mostly wait for each other
  Gpt2 model({2, hidden, 4, kTestPositions, kTestVocab, 0.0, exact_gelu}, at::kCPU);
  InitParameters(model, 3);
  // Of the scale that gives logits of some units.
  const at::NoGradGuard no_grad;
  for (const Parameter& parameter : model.parameters()) {
    if (parameter.value.dim() == 2) parameter.value.mul_(8);
  }
  return model;
}

TextIds RandomText(std::mt19937& random, size_t length) {
  TextIds ids(length);
  for (uint32_t& id : ids) id = static_cast<uint32_t>(random() % kTestVocab);
  return ids;
}

// The whole text through the model that trains.
at::Tensor AllLogits(const Gpt2& model, const TextIds& ids) {
  const at::NoGradGuard no_grad;
  const at::Tensor tokens = at::empty({1, std::ssize(ids)}, at::kLong);
  std::copy(ids.begin(), ids.end(), tokens.mutable_data_ptr<int64_t>());
  return model.Logits(model.Hidden(tokens))[0];
}

double Distance(const std::vector<float>& row, const at::Tensor& want) {
  const at::Tensor have = at::from_blob(const_cast<float*>(row.data()), {std::ssize(row)});
  return (have - want).abs().max().item<double>();
}

TEST(Gpt2TextModelTest, LogitsAreTheModels) {
  const Gpt2 model = RandomGpt2(32);
  const auto text_model = MakeTextModel(model, Precision::kFp32);
  std::mt19937 random(1);
  const TextIds ids = RandomText(random, kTestPositions);
  const at::Tensor want = AllLogits(model, ids);
  for (const size_t prompt : {1U, 2U, 17U, 40U}) {
    std::vector<float> logits, log_probs, same;
    const auto last = text_model->Read(std::span(ids).first(prompt), &logits, &log_probs);
    EXPECT_LT(Distance(logits, want[static_cast<int64_t>(prompt) - 1]), 1e-4);
    ASSERT_EQ(log_probs.size(), prompt - 1);
    for (size_t i = 1; i < prompt; ++i) {
      const double log_prob =
          want[static_cast<int64_t>(i) - 1].log_softmax(0)[ids[i]].item<double>();
      EXPECT_NEAR(log_probs[i - 1], log_prob, 1e-4);
    }
    text_model->Read(std::span(ids).first(prompt), &same, nullptr);
    EXPECT_EQ(same, logits);
    for (size_t i = prompt; i < ids.size(); ++i) {
      TextState* const states[] = {last.get()};
      text_model->Step(states, std::span(ids).subspan(i, 1), &logits);
      EXPECT_LT(Distance(logits, want[static_cast<int64_t>(i)]), 1e-4) << prompt << " " << i;
    }
  }
}

// And not those of the other formula.
TEST(Gpt2TextModelTest, ExactGeluIsTheModels) {
  const Gpt2 model = RandomGpt2(32, /*exact_gelu=*/true);
  const auto text_model = MakeTextModel(model, Precision::kFp32);
  std::mt19937 random(1);
  const TextIds ids = RandomText(random, kTestPositions);
  std::vector<float> logits;
  text_model->Read(ids, &logits, nullptr);
  EXPECT_LT(Distance(logits, AllLogits(model, ids)[kTestPositions - 1]), 1e-4);
  EXPECT_GT(Distance(logits, AllLogits(RandomGpt2(32), ids)[kTestPositions - 1]), 1e-4);
}

// Not about the same: the same bits.
TEST(Gpt2TextModelTest, LogitsDoNotDependOnTheOtherTexts) {
  for (const int64_t hidden : {32, 48, 128}) {
    const Gpt2 model = RandomGpt2(hidden);
    for (const Precision precision : {Precision::kFp32, Precision::kBf16}) {
      const auto text_model = MakeTextModel(model, precision);
      std::mt19937 random(2);
      std::vector<TextIds> prompts;
      for (int i = 0; i < 20; ++i) prompts.push_back(RandomText(random, 1 + random() % 15));
      DecodeOptions options;
      options.vocab = kTestVocab;
      options.tokens = 20;
      options.log_probs = true;
      const std::vector<DecodedText> all = Decode(*text_model, prompts, options);
      for (size_t i = 0; i < prompts.size(); ++i) {
        options.first_text = i;
        const auto alone = Decode(*text_model, std::span(prompts).subspan(i, 1), options);
        EXPECT_EQ(alone[0].ids, all[i].ids);
        EXPECT_EQ(alone[0].log_probs, all[i].log_probs) << hidden << " " << i;
      }
    }
  }
}

TEST(Gpt2TextModelTest, ACopyGoesItsOwnWay) {
  const Gpt2 model = RandomGpt2(32);
  const auto text_model = MakeTextModel(model, Precision::kFp32);
  std::vector<float> logits, again;
  const auto state = text_model->Read(TextIds{1, 2, 3}, &logits, nullptr);
  const auto copy = text_model->Copy(*state);
  TextState* const one[] = {state.get()};
  TextState* const other[] = {copy.get()};
  text_model->Step(one, TextIds{4}, &logits);
  text_model->Step(one, TextIds{5}, &logits);
  text_model->Step(other, TextIds{9}, &again);
  EXPECT_LT(Distance(again, AllLogits(model, {1, 2, 3, 9})[3]), 1e-4);
  EXPECT_LT(Distance(logits, AllLogits(model, {1, 2, 3, 4, 5})[4]), 1e-4);
}

}  // namespace
}  // namespace owt::trainer
