#pragma once

#include <ATen/core/Tensor.h>

#include "trainer/api.h"
#include "trainer/model/gpt2.h"

namespace owt::trainer {

// Scores one row at a time. Safe for several threads, each with gradients off and its Autocast.
class RowScorer {
 public:
  // `model` must outlive this, and its parameters stay as they are. Products with the output layer
  // run in `precision`, softmax always in fp32.
  RowScorer(const Gpt2& model, Precision precision);

  // REQUIRES: what ScoreRow says; ids below the vocabulary, and at most positions + 1. Every row of
  // the output layer takes part, padding too. Logits are formed for what is scored, some at a time.
  RowScore Score(const ScoreRow& row) const;

 private:
  const Gpt2& model_;
  at::Tensor head_VC_;  // in the type of the products
};

}  // namespace owt::trainer
