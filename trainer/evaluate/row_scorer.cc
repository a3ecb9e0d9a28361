#include "trainer/evaluate/row_scorer.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/_log_softmax.h>
#include <ATen/ops/argmax.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/mm.h>

#include <algorithm>

namespace owt::trainer {
namespace {

// Logits at a time: a thread's are 13 MB for GPT-2's vocabulary.
constexpr int64_t ScoredAtATime(bool is_cuda) { return is_cuda ? 1024 : 64; }

at::Tensor IdsOf(const ScoreRow& row, at::Device device) {
  const at::Tensor ids = at::empty({static_cast<int64_t>(row.ids.size())}, at::kLong);
  std::copy(row.ids.begin(), row.ids.end(), ids.mutable_data_ptr<int64_t>());
  return ids.to(device);
}

}  // namespace

RowScorer::RowScorer(const Gpt2& model, Precision precision) : model_(model) {
  const at::NoGradGuard no_grad;
  head_VC_ = model.parameters()[0].value.detach().to(precision == Precision::kBf16 ? at::kBFloat16
                                                                                   : at::kFloat);
}

RowScore RowScorer::Score(const ScoreRow& row) const {
  const at::Tensor ids = IdsOf(row, model_.device());
  const int64_t length = ids.size(0) - 1;
  const at::Tensor hidden_TC = model_.Hidden(ids.narrow(0, 0, length).unsqueeze(0)).squeeze(0);
  RowScore score;
  score.num_scored = row.num_scored;
  const int64_t block = ScoredAtATime(ids.is_cuda());
  for (int64_t first = length - row.num_scored; first < length; first += block) {
    const int64_t count = std::min(block, length - first);
    const at::Tensor hidden = hidden_TC.narrow(0, first, count).to(head_VC_.scalar_type());
    const at::Tensor logits_NV = at::mm(hidden, head_VC_.t()).to(at::kFloat);
    const at::Tensor targets_N = ids.narrow(0, first + 1, count);
    score.num_right +=
        static_cast<uint32_t>(logits_NV.argmax(1).eq(targets_N).sum().item<int64_t>());
    const at::Tensor log_p_NV = at::_log_softmax(logits_NV, 1, /*half_to_float=*/false);
    score.log_probability +=
        log_p_NV.gather(1, targets_N.unsqueeze(1)).to(at::kDouble).sum().item<double>();
  }
  return score;
}

}  // namespace owt::trainer
