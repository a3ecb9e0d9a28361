#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "trainer/config.h"
#include "trainer/model/documents.h"

// Shapes in names, throughout trainer/: B sequences, T positions, C hidden size, V vocabulary,
// H heads, D = C/H, N = B*T.
namespace owt::trainer {

// A parameter under the name that Hugging Face's GPT-2 gives it.
struct Parameter {
  std::string name;
  at::Tensor value;  // fp32 leaf that requires a gradient
};

// Keys and values of the positions already seen, for generation: each [B, H, T, D], per layer.
struct KvCache {
  std::vector<at::Tensor> keys, values;

  int64_t length() const { return keys.empty() ? 0 : keys[0].size(2); }
};

// GPT-2: learned positions, pre-LayerNorm blocks, tanh GELU, causal attention, a head that shares
// the token embedding, no output bias (Radford et al., 2019). Weight matrices are stored [in, out]
// as Hugging Face's Conv1D has them, so a checkpoint needs no transposition either way.
// Not thread-safe. Memory: 4 bytes a parameter, as much again for gradients.
class Gpt2 {
 public:
  // Uninitialized parameters on `device`; see InitParameters and LoadCheckpoint.
  // Throws Error{kUsage} for impossible sizes.
  Gpt2(const ModelConfig& config, at::Device device);

  // The final LayerNorm's output, hidden_BTC, for int64 ids below the vocabulary's size. With
  // `cache`, the tokens follow those in the cache and are added to it. Dropout acts while
  // gradients are recorded. REQUIRES: T and the cache's length together <= positions; no cache
  // where documents part the rows.
  at::Tensor Hidden(const at::Tensor& tokens_BT, KvCache* cache = nullptr,
                    const Documents& documents = {}) const;

  // logits_BTV of Hidden's output, or of some positions of it.
  at::Tensor Logits(const at::Tensor& hidden_BTC) const;

  // `scale` times the mean over all predicted positions of -log p(target), fp32. Recorded for
  // backward where gradients are. Takes no [N, V] buffer: see head_loss.h. REQUIRES: something is
  // predicted.
  at::Tensor Loss(const at::Tensor& tokens_BT, const at::Tensor& targets_BT,
                  const Documents& documents = {}, double scale = 1) const;

  const ModelConfig& config() const { return config_; }

  at::Device device() const { return device_; }

  // In the order of the checkpoint; wte first.
  const std::vector<Parameter>& parameters() const { return parameters_; }

 private:
  struct Block {
    at::Tensor ln1_weight, ln1_bias, qkv_weight, qkv_bias, proj_weight, proj_bias;
    at::Tensor ln2_weight, ln2_bias, fc_weight, fc_bias, fc_proj_weight, fc_proj_bias;
  };

  at::Tensor Add(std::string name, at::IntArrayRef shape);
  at::Tensor Attention(const Block& block, const at::Tensor& x_BTC, size_t layer, KvCache* cache,
                       const std::vector<DocumentSpan>& spans) const;
  at::Tensor Mlp(const Block& block, const at::Tensor& x_BTC) const;
  at::Tensor LayerNorm(const at::Tensor& x_BTC, const at::Tensor& weight,
                       const at::Tensor& bias) const;
  at::Tensor Dropout(const at::Tensor& x) const;

  ModelConfig config_;
  at::Device device_;
  std::vector<Parameter> parameters_;
  at::Tensor token_embedding_VC_, position_embedding_TC_;
  std::vector<Block> blocks_;
  at::Tensor final_weight_, final_bias_;
};

}  // namespace owt::trainer
