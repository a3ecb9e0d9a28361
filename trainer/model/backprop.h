#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "trainer/config.h"
#include "trainer/model/attention.h"
#include "trainer/model/gpt2.h"
#include "trainer/model/layer_norm.h"

namespace owt::trainer {

// The loss of a Gpt2 with its gradients, forward and backward written out: the same function as
// Gpt2::Loss and autograd, which is its oracle, in fewer passes over memory. The residual stream
// and what lies between products are in the type of the products (bf16 or fp32); statistics,
// biases, LayerNorm weights and gradients are fp32. On CUDA the kernels of kernels/ are called,
// elsewhere their references. No call waits for the device, and all memory is the same in every
// call of the same shapes, so that a call can be captured in a CUDA graph.
class Backprop {
 public:
  // No dropout; widths that the kernels take.
  static bool Takes(const ModelConfig& config);

  // Gives each parameter a gradient of zeros, which stays in place. Keeps handles on the
  // parameters. REQUIRES: Takes(model.config()).
  Backprop(const Gpt2& model, Precision precision, Recompute recompute = Recompute::kNone,
           bool deterministic = false);

  // Returns `share` times the mean loss, an fp32 scalar; its gradients are set or, with `add`,
  // added to those of the parameters. Memory: about 32 * C bytes a token and layer in bf16,
  // 24 * C with kSelective, 4 * C with kFull.
  at::Tensor Run(const at::Tensor& tokens_BT, const at::Tensor& targets_BT, double share, bool add);

  // Copies of the parameters in bf16, in their order, for the products; none in fp32. Whoever
  // changes a parameter writes the new value here too, or calls CopyWeights.
  const std::vector<at::Tensor>& copies() const { return copies_; }

  void CopyWeights();

 private:
  // A linear layer: its weight and bias as they are multiplied with, and the gradients of both.
  struct Linear {
    WeightAndBias values, gradients;
    at::Tensor bias_C;  // fp32
  };

  struct Norm {
    WeightAndBias values, gradients;
  };

  struct Layer {
    Norm norm1;
    Linear qkv, proj;
    Norm norm2;
    Linear fc, fc_proj;
  };

  // What a layer's backward needs; with kFull its inputs alone, until it is computed again.
  struct LayerState {
    at::Tensor residual_NC;
    Branch branch;
    NormOutput norm1, norm2;
    at::Tensor qkv_N3C, fc_NF, activated_NF;
    AttentionOutput attention;
  };

  Norm NormAt(size_t parameter) const;
  Linear LinearAt(size_t parameter) const;
  LayerState LayerForward(const Layer& layer, int64_t batch, at::Tensor* residual_NC,
                          Branch* branch) const;
  LayerState KeptOf(const LayerState& state, const at::Tensor& residual_NC,
                    const Branch& branch) const;
  void Restore(const Layer& layer, int64_t batch, LayerState* state) const;
  void LayerBackward(Layer& layer, const LayerState& state, int64_t batch, bool add,
                     at::Tensor* bias_before, ResidualGradient* gradient) const;

  ModelConfig config_;
  at::ScalarType type_;  // of what is multiplied, and of the residual stream
  Recompute recompute_;
  bool deterministic_;
  std::vector<at::Tensor> values_, gradients_, copies_;
  std::vector<Layer> layers_;
  Norm final_norm_;
};

}  // namespace owt::trainer
