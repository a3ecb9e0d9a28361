#include "trainer/evaluate/evaluate.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <random>

#include "pipeline/error.h"
#include "trainer/evaluate/loss_task.h"
#include "trainer/model/autocast.h"
#include "trainer/model/init.h"

namespace owt::trainer {
namespace {

const ModelConfig kScored = {3, 80, 4, 96, 1003, 0.0};

bool Never() { return false; }

// Rows of every kind: short, full, one id scored, all of them, more than a block of logits.
std::vector<ScoreRow> RandomRows(int count) {
  std::mt19937 random(7);
  std::vector<ScoreRow> rows;
  for (int i = 0; i < count; ++i) {
    ScoreRow row;
    row.ids.resize(2 + (i % 3 == 0 ? 95 : random() % 60));
    for (uint32_t& id : row.ids) {
      id = static_cast<uint32_t>(random()) % static_cast<uint32_t>(kScored.vocab);
    }
    row.num_scored = static_cast<uint32_t>(i % 4 == 0 ? row.ids.size() - 1
                                                      : 1 + random() % (row.ids.size() - 1));
    rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<RowScore> ScoreAll(const Gpt2& model, Precision precision, int at_a_time,
                               const std::vector<ScoreRow>& rows) {
  std::vector<RowScore> scores;
  size_t next = 0;
  ScoreRows(
      model, precision, at_a_time,
      [&](ScoreRow* row) {
        if (next == rows.size()) return false;
        *row = rows[next++];
        return true;
      },
      [&](const RowScore& score) { scores.push_back(score); }, Never);
  return scores;
}

class ScoreRowsTest : public ::testing::Test {
 protected:
  ScoreRowsTest() : model_(kScored, at::kCPU) { InitParameters(model_, 3); }

  Gpt2 model_;
};

TEST_F(ScoreRowsTest, EqualsLogSoftmaxOfAllLogits) {
  const std::vector<ScoreRow> rows = RandomRows(40);
  const std::vector<RowScore> scores = ScoreAll(model_, Precision::kFp32, 2, rows);
  ASSERT_EQ(scores.size(), rows.size());
  const at::NoGradGuard no_grad;
  for (size_t i = 0; i < rows.size(); ++i) {
    const std::vector<int64_t> ids(rows[i].ids.begin(), rows[i].ids.end());
    const at::Tensor tokens = at::tensor(ids).unsqueeze(0);
    const int64_t length = tokens.size(1) - 1;
    const at::Tensor logits = model_.Logits(model_.Hidden(tokens.narrow(1, 0, length)))[0];
    const at::Tensor log_p = logits.to(at::kDouble).log_softmax(1);
    const at::Tensor best = logits.argmax(1);
    double sum = 0;
    uint32_t right = 0;
    for (int64_t t = length - rows[i].num_scored; t < length; ++t) {
      const int64_t target = ids[static_cast<size_t>(t + 1)];
      sum += log_p[t][target].item<double>();
      right += best[t].item<int64_t>() == target;
    }
    EXPECT_NEAR(scores[i].log_probability / sum, 1.0, 1e-6) << i;
    EXPECT_EQ(scores[i].num_scored, rows[i].num_scored);
    EXPECT_EQ(scores[i].num_right, right);
  }
}

TEST_F(ScoreRowsTest, ToTheBitTheSameHoweverManyAtATime) {
  const std::vector<ScoreRow> rows = RandomRows(60);
  for (const Precision precision : {Precision::kFp32, Precision::kBf16}) {
    const std::vector<RowScore> alone = ScoreAll(model_, precision, 1, rows);
    for (const int at_a_time : {2, 3, 8}) {
      const std::vector<RowScore> scores = ScoreAll(model_, precision, at_a_time, rows);
      ASSERT_EQ(scores.size(), alone.size());
      for (size_t i = 0; i < rows.size(); ++i) {
        EXPECT_EQ(scores[i].log_probability, alone[i].log_probability) << i;
        EXPECT_EQ(scores[i].num_right, alone[i].num_right) << i;
      }
    }
  }
}

TEST_F(ScoreRowsTest, CountsTheLikeliest) {
  const at::NoGradGuard no_grad;
  std::vector<ScoreRow> rows = RandomRows(20);
  for (ScoreRow& row : rows) {
    const std::vector<int64_t> ids(row.ids.begin(), row.ids.end() - 1);
    const at::Tensor hidden = model_.Hidden(at::tensor(ids).unsqueeze(0));
    row.ids.back() = static_cast<uint32_t>(model_.Logits(hidden)[0][-1].argmax().item<int64_t>());
    row.num_scored = 1;
  }
  for (const RowScore& score : ScoreAll(model_, Precision::kFp32, 2, rows)) {
    EXPECT_EQ(score.num_right, 1U);
  }
}

TEST_F(ScoreRowsTest, IdsOutsideTheVocabularyAndCancellingEndIt) {
  EXPECT_THROW(ScoreAll(model_, Precision::kFp32, 2, {{{1, 1003}, 1}}), Error);
  const auto endless = [](ScoreRow* row) {
    *row = {{1, 2}, 1};
    return true;
  };
  int scored = 0;
  try {
    ScoreRows(
        model_, Precision::kFp32, 2, endless, [&](const RowScore&) { ++scored; },
        [&] { return scored >= 10; });
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kInterrupted);
  }
}

TEST_F(ScoreRowsTest, TheLossPredictsEveryTokenButTheFirstOnce) {
  std::vector<std::string> results;
  int64_t tokens = 0;
  for (uint32_t d = 0; d < 40; ++d) tokens += d * 13 % 101;
  for (const int at_a_time : {1, 3, 8}) {
    uint32_t document = 0;
    LossTask task([&](std::vector<uint32_t>* ids) {
      // Also empty documents, and documents longer than a window.
      ids->assign(document * 13 % 101, document % 128);
      return document++ < 40;
    });
    task.Start(16);
    ScoreRows(
        model_, Precision::kFp32, at_a_time, [&](ScoreRow* row) { return task.Next(row); },
        [&](const RowScore& score) { task.Take(score); }, Never);
    results.push_back(task.Line());
    EXPECT_TRUE(results.back().ends_with(" | tokens: " + std::to_string(tokens - 1)));
    EXPECT_EQ(results.back(), results.front());
  }
}

}  // namespace
}  // namespace owt::trainer
