#include "trainer/model/gpt2.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/addmm.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/dropout.h>
#include <ATen/ops/embedding.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/scaled_dot_product_attention.h>
#include <fmt/format.h>

#include "trainer/model/head_loss.h"
#include "trainer/model/layer_norm.h"

namespace owt::trainer {
namespace {

// x W + b over the last dimension; x is [..., in], the weight [in, out].
at::Tensor Linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  std::vector<int64_t> shape = x.sizes().vec();
  shape.back() = weight.size(1);
  return at::addmm(bias, x.reshape({-1, weight.size(0)}), weight).view(shape);
}

// [B, H, T, D] as [B * T, H * D].
at::Tensor JoinHeads(const at::Tensor& x_BHTD) {
  return x_BHTD.transpose(1, 2).reshape(
      {x_BHTD.size(0) * x_BHTD.size(2), x_BHTD.size(1) * x_BHTD.size(3)});
}

// Causal attention inside each span. A call for each, of the same kernels as without documents,
// computes less than one call with a mask that blocks most of T x T.
at::Tensor AttendWithin(const std::vector<DocumentSpan>& spans, const at::Tensor& q_BHTD,
                        const at::Tensor& k_BHTD, const at::Tensor& v_BHTD, double dropout) {
  std::vector<at::Tensor> parts;
  for (const DocumentSpan& span : spans) {
    const auto part = [&](const at::Tensor& x_BHTD) {
      return x_BHTD.narrow(0, span.row, span.rows).narrow(2, span.begin, span.length);
    };
    parts.push_back(JoinHeads(at::scaled_dot_product_attention(
        part(q_BHTD), part(k_BHTD), part(v_BHTD), {}, dropout, span.length > 1)));
  }
  return at::cat(parts, 0);
}

}  // namespace

Gpt2::Gpt2(const ModelConfig& config, at::Device device) : config_(config), device_(device) {
  Validate(config);
  const int64_t c = config.hidden;
  token_embedding_VC_ = Add("wte.weight", {config.vocab, c});
  position_embedding_TC_ = Add("wpe.weight", {config.positions, c});
  for (int64_t i = 0; i < config.layers; ++i) {
    const std::string h = fmt::format("h.{}.", i);
    Block block;
    block.ln1_weight = Add(h + "ln_1.weight", {c});
    block.ln1_bias = Add(h + "ln_1.bias", {c});
    block.qkv_weight = Add(h + "attn.c_attn.weight", {c, 3 * c});
    block.qkv_bias = Add(h + "attn.c_attn.bias", {3 * c});
    block.proj_weight = Add(h + "attn.c_proj.weight", {c, c});
    block.proj_bias = Add(h + "attn.c_proj.bias", {c});
    block.ln2_weight = Add(h + "ln_2.weight", {c});
    block.ln2_bias = Add(h + "ln_2.bias", {c});
    block.fc_weight = Add(h + "mlp.c_fc.weight", {c, 4 * c});
    block.fc_bias = Add(h + "mlp.c_fc.bias", {4 * c});
    block.fc_proj_weight = Add(h + "mlp.c_proj.weight", {4 * c, c});
    block.fc_proj_bias = Add(h + "mlp.c_proj.bias", {c});
    blocks_.push_back(std::move(block));
  }
  final_weight_ = Add("ln_f.weight", {c});
  final_bias_ = Add("ln_f.bias", {c});
}

at::Tensor Gpt2::Add(std::string name, at::IntArrayRef shape) {
  at::Tensor value = at::empty(shape, at::TensorOptions().dtype(at::kFloat).device(device_));
  value.requires_grad_(true);
  parameters_.push_back({"transformer." + std::move(name), value});
  return value;
}

at::Tensor Gpt2::Hidden(const at::Tensor& tokens_BT, KvCache* cache,
                        const Documents& documents) const {
  const int64_t start = cache != nullptr ? cache->length() : 0;
  const at::Tensor positions =
      documents.positions_BT.defined()
          ? at::embedding(position_embedding_TC_, documents.positions_BT)
          : position_embedding_TC_.slice(0, start, start + tokens_BT.size(1));
  at::Tensor x_BTC = Dropout(at::embedding(token_embedding_VC_, tokens_BT).add(positions));
  for (size_t i = 0; i < blocks_.size(); ++i) {
    const Block& block = blocks_[i];
    x_BTC = x_BTC.add(Attention(block, LayerNorm(x_BTC, block.ln1_weight, block.ln1_bias), i, cache,
                                documents.spans));
    x_BTC = x_BTC.add(Mlp(block, LayerNorm(x_BTC, block.ln2_weight, block.ln2_bias)));
  }
  return LayerNorm(x_BTC, final_weight_, final_bias_);
}

at::Tensor Gpt2::Attention(const Block& block, const at::Tensor& x_BTC, size_t layer,
                           KvCache* cache, const std::vector<DocumentSpan>& spans) const {
  const int64_t batch = x_BTC.size(0), length = x_BTC.size(1), c = config_.hidden;
  const at::Tensor qkv_BT3HD = Linear(x_BTC, block.qkv_weight, block.qkv_bias)
                                   .view({batch, length, 3, config_.heads, c / config_.heads});
  const at::Tensor q_BHTD = qkv_BT3HD.select(2, 0).transpose(1, 2);
  at::Tensor k_BHTD = qkv_BT3HD.select(2, 1).transpose(1, 2);
  at::Tensor v_BHTD = qkv_BT3HD.select(2, 2).transpose(1, 2);
  if (cache != nullptr) {
    if (layer < cache->keys.size()) {
      k_BHTD = at::cat({cache->keys[layer], k_BHTD}, 2);
      v_BHTD = at::cat({cache->values[layer], v_BHTD}, 2);
    } else {
      cache->keys.emplace_back();
      cache->values.emplace_back();
    }
    cache->keys[layer] = k_BHTD;
    cache->values[layer] = v_BHTD;
  }
  // A single query after cached keys sees all of them; the causal mask of the library would align
  // it with the first key.
  const bool causal = length > 1;
  const double dropout = at::GradMode::is_enabled() ? config_.dropout : 0.0;
  const at::Tensor mixed_NC =
      spans.empty()
          ? JoinHeads(at::scaled_dot_product_attention(q_BHTD, k_BHTD, v_BHTD, {}, dropout, causal))
          : AttendWithin(spans, q_BHTD, k_BHTD, v_BHTD, dropout);
  const at::Tensor mixed_BTC = mixed_NC.view({batch, length, c});
  return Dropout(Linear(mixed_BTC, block.proj_weight, block.proj_bias));
}

at::Tensor Gpt2::Mlp(const Block& block, const at::Tensor& x_BTC) const {
  const at::Tensor inner =
      at::gelu(Linear(x_BTC, block.fc_weight, block.fc_bias), config_.exact_gelu ? "none" : "tanh");
  return Dropout(Linear(inner, block.fc_proj_weight, block.fc_proj_bias));
}

at::Tensor Gpt2::LayerNorm(const at::Tensor& x_BTC, const at::Tensor& weight,
                           const at::Tensor& bias) const {
  return at::layer_norm(x_BTC, {config_.hidden}, weight, bias, kLayerNormEpsilon);
}

at::Tensor Gpt2::Dropout(const at::Tensor& x) const {
  if (config_.dropout == 0 || !at::GradMode::is_enabled()) return x;
  return at::dropout(x, config_.dropout, /*train=*/true);
}

at::Tensor Gpt2::Logits(const at::Tensor& hidden_BTC) const {
  return at::matmul(hidden_BTC, token_embedding_VC_.t());
}

at::Tensor Gpt2::Loss(const at::Tensor& tokens_BT, const at::Tensor& targets_BT,
                      const Documents& documents, double scale) const {
  at::Tensor hidden_NC = Hidden(tokens_BT, nullptr, documents).reshape({-1, config_.hidden});
  at::Tensor targets_N = targets_BT.reshape({-1});
  if (documents.predicted_M.defined()) {
    hidden_NC = hidden_NC.index_select(0, documents.predicted_M);
    targets_N = targets_N.index_select(0, documents.predicted_M);
  }
  return HeadLoss(hidden_NC, token_embedding_VC_, targets_N, scale);
}

}  // namespace owt::trainer
