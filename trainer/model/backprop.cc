// The forward pass is a chain of LayerNorms: each first adds the branch before it to the residual
// stream. Going back, the gradient of the stream is that of every branch that was added to it.
#include "trainer/model/backprop.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/addmm.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/zeros_like.h>

#include "trainer/model/embedding.h"
#include "trainer/model/gelu.h"
#include "trainer/model/head_loss.h"
#include "trainer/model/product.h"

namespace owt::trainer {
namespace {

// Where a layer's tensors lie in the order of the parameters.
constexpr size_t kBeforeLayers = 2, kPerLayer = 12;

// Sets or adds the gradient of a weight; returns that of the layer's input.
at::Tensor LinearBackward(const at::Tensor& in_NC, const at::Tensor& out_gradient_NC,
                          const at::Tensor& weight, bool add, at::Tensor* weight_gradient) {
  ProductInto(in_NC.t(), out_gradient_NC, add, *weight_gradient);
  return at::mm(out_gradient_NC, weight.t());
}

}  // namespace

bool Backprop::Takes(const ModelConfig& config) {
  constexpr int64_t kWidest = 4096, kWidestHead = 128;
  const int64_t head = config.hidden / config.heads;
  return config.dropout == 0 && !config.exact_gelu && config.hidden % 8 == 0 &&
         config.hidden <= kWidest && head % 8 == 0 && head <= kWidestHead;
}

Backprop::Backprop(const Gpt2& model, Precision precision, Recompute recompute, bool deterministic)
    : config_(model.config()),
      type_(precision == Precision::kBf16 ? at::kBFloat16 : at::kFloat),
      recompute_(recompute),
      deterministic_(deterministic) {
  const at::NoGradGuard no_grad;
  for (const Parameter& parameter : model.parameters()) {
    at::Tensor value = parameter.value;
    value.mutable_grad() = at::zeros_like(value);
    values_.push_back(value.detach());
    gradients_.push_back(value.grad());
    if (type_ != at::kFloat) {
      copies_.push_back(at::empty_like(values_.back(), values_.back().options().dtype(type_)));
    }
  }
  for (int64_t i = 0; i < config_.layers; ++i) {
    const size_t at = kBeforeLayers + kPerLayer * static_cast<size_t>(i);
    layers_.push_back({NormAt(at), LinearAt(at + 2), LinearAt(at + 4), NormAt(at + 6),
                       LinearAt(at + 8), LinearAt(at + 10)});
  }
  final_norm_ = NormAt(values_.size() - 2);
  CopyWeights();
}

Backprop::Norm Backprop::NormAt(size_t parameter) const {
  return {{values_[parameter], values_[parameter + 1]},
          {gradients_[parameter], gradients_[parameter + 1]}};
}

Backprop::Linear Backprop::LinearAt(size_t parameter) const {
  const std::vector<at::Tensor>& factors = copies_.empty() ? values_ : copies_;
  return {{factors[parameter], factors[parameter + 1]},
          {gradients_[parameter], gradients_[parameter + 1]},
          values_[parameter + 1]};
}

void Backprop::CopyWeights() {
  const at::NoGradGuard no_grad;
  for (size_t i = 0; i < copies_.size(); ++i) copies_[i].copy_(values_[i]);
}

Backprop::LayerState Backprop::LayerForward(const Layer& layer, int64_t batch,
                                            at::Tensor* residual_NC, Branch* branch) const {
  LayerState state;
  state.norm1 = ResidualNorm(*residual_NC, *branch, layer.norm1.values, type_);
  state.qkv_N3C = at::addmm(layer.qkv.values.bias, state.norm1.out_NC, layer.qkv.values.weight);
  state.attention = CausalAttention(state.qkv_N3C, batch, config_.heads, deterministic_);
  const Branch attended = {at::mm(state.attention.out_NC, layer.proj.values.weight),
                           layer.proj.bias_C};
  state.norm2 = ResidualNorm(state.norm1.sum_NC, attended, layer.norm2.values, type_);
  state.fc_NF = at::mm(state.norm2.out_NC, layer.fc.values.weight);
  state.activated_NF = BiasGelu(state.fc_NF, layer.fc.bias_C);
  *residual_NC = state.norm2.sum_NC;
  *branch = {at::mm(state.activated_NF, layer.fc_proj.values.weight), layer.fc_proj.bias_C};
  return state;
}

Backprop::LayerState Backprop::KeptOf(const LayerState& state, const at::Tensor& residual_NC,
                                      const Branch& branch) const {
  LayerState kept;
  if (recompute_ == Recompute::kFull) {
    kept.residual_NC = residual_NC;
    kept.branch = branch;
    return kept;
  }
  kept = state;
  if (recompute_ == Recompute::kSelective) kept.activated_NF = at::Tensor();
  return kept;
}

void Backprop::Restore(const Layer& layer, int64_t batch, LayerState* state) const {
  if (recompute_ == Recompute::kFull) {
    at::Tensor residual_NC = state->residual_NC;
    Branch branch = state->branch;
    *state = LayerForward(layer, batch, &residual_NC, &branch);
  }
  if (recompute_ == Recompute::kSelective) {
    state->activated_NF = BiasGelu(state->fc_NF, layer.fc.bias_C);
  }
}

// `gradient` is that of the layer's output, and then of its input; `bias_before` the gradient of
// the bias of the branch that the layer's first norm adds, or null.
void Backprop::LayerBackward(Layer& layer, const LayerState& state, int64_t batch, bool add,
                             at::Tensor* bias_before, ResidualGradient* gradient) const {
  at::Tensor inner =
      LinearBackward(state.activated_NF, gradient->branch_NC, layer.fc_proj.values.weight, add,
                     &layer.fc_proj.gradients.weight);
  BiasGeluBackward(state.fc_NF, layer.fc.bias_C, add, &inner, &layer.fc.gradients.bias);
  inner = LinearBackward(state.norm2.out_NC, inner, layer.fc.values.weight, add,
                         &layer.fc.gradients.weight);
  ResidualNormBackward(inner, state.norm2, layer.norm2.values, add, gradient,
                       &layer.norm2.gradients, &layer.proj.gradients.bias);
  inner = LinearBackward(state.attention.out_NC, gradient->branch_NC, layer.proj.values.weight, add,
                         &layer.proj.gradients.weight);
  inner = CausalAttentionBackward(inner, state.qkv_N3C, state.attention, batch, config_.heads, add,
                                  &layer.qkv.gradients.bias);
  inner = LinearBackward(state.norm1.out_NC, inner, layer.qkv.values.weight, add,
                         &layer.qkv.gradients.weight);
  ResidualNormBackward(inner, state.norm1, layer.norm1.values, add, gradient,
                       &layer.norm1.gradients, bias_before);
}

at::Tensor Backprop::Run(const at::Tensor& tokens_BT, const at::Tensor& targets_BT, double share,
                         bool add) {
  const at::NoGradGuard no_grad;
  const int64_t batch = tokens_BT.size(0), length = tokens_BT.size(1);
  const at::Tensor tokens_N = tokens_BT.reshape({-1}), targets_N = targets_BT.reshape({-1});
  at::Tensor residual_NC = Embed(tokens_N, length, values_[0], values_[1], type_);
  Branch branch;
  std::vector<LayerState> states;
  for (const Layer& layer : layers_) {
    const at::Tensor residual_before = residual_NC;
    const Branch branch_before = branch;
    states.push_back(
        KeptOf(LayerForward(layer, batch, &residual_NC, &branch), residual_before, branch_before));
  }
  const NormOutput last = ResidualNorm(residual_NC, branch, final_norm_.values, type_);
  residual_NC = at::Tensor();
  branch = {};

  const at::Tensor& head = copies_.empty() ? values_[0] : copies_[0];
  at::Tensor inner;
  const at::Tensor loss =
      HeadLossInto(last.out_NC, head, targets_N, share, add, &inner, &gradients_[0]);
  ResidualGradient gradient;
  ResidualNormBackward(inner, last, final_norm_.values, add, &gradient, &final_norm_.gradients,
                       &layers_.back().fc_proj.gradients.bias);
  for (size_t i = layers_.size(); i-- > 0;) {
    Restore(layers_[i], batch, &states[i]);
    LayerBackward(layers_[i], states[i], batch, add,
                  i > 0 ? &layers_[i - 1].fc_proj.gradients.bias : nullptr, &gradient);
    states.pop_back();  // its memory serves the layers below
  }
  if (!add) gradients_[1].zero_();
  EmbedBackward(gradient.stream_NC, tokens_N, length, &gradients_[0], &gradients_[1]);
  return loss;
}

}  // namespace owt::trainer
