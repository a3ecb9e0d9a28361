// The forward pass of model/gpt2.h for one new token of several texts of different lengths. A text
// has the same bits whatever others are beside it: on a CPU the products of up to eight rows are
// row_product.h's, GELU and attention run for each text by itself, LayerNorm works by rows. On a
// GPU the matrix always has kRows rows instead, for libraries choose by the shape in which order
// they add up.
#include "trainer/generate/gpt2_text_model.h"

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/addmm.h>
#include <ATen/ops/embedding.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/scaled_dot_product_attention.h>
#include <ATen/ops/zeros.h>
#include <fmt/format.h>

#include <algorithm>

#include "pipeline/error.h"
#include "trainer/checkpoint/checkpoint.h"
#include "trainer/checkpoint/folder.h"
#include "trainer/device.h"
#include "trainer/generate/row_product.h"
#include "trainer/generate/sampler.h"
#include "trainer/model/gpt2.h"
#include "trainer/model/layer_norm.h"

namespace owt::trainer {
namespace {

constexpr int64_t kRows = kMaxProductRows;

// y = x W^T + b: the weight is [out, in] in the type of the products.
struct LinearLayer {
  at::Tensor weight_OI, bias_O;
};

struct Layer {
  at::Tensor ln1_weight, ln1_bias;
  LinearLayer qkv, proj;
  at::Tensor ln2_weight, ln2_bias;
  LinearLayer fc, fc_proj;
};

// Keys and values of a layer, [1, H, room, D] each, of which the first `length` are there.
struct LayerCache {
  at::Tensor keys, values;
};

class Gpt2State : public TextState {
 public:
  std::vector<LayerCache> layers;
  int64_t length = 0;
};

// Appends keys and values of [1, H, T, D]; the room grows by half, so that a token costs no copy of
// all.
void Append(const at::Tensor& added, int64_t length, int64_t most, at::Tensor* kept) {
  const int64_t needed = length + added.size(2);
  if (!kept->defined() || kept->size(2) < needed) {
    const int64_t room = std::min(needed + needed / 2 + 4, most);
    at::Tensor larger = at::empty({1, added.size(1), room, added.size(3)}, added.options());
    if (length > 0) larger.narrow(2, 0, length).copy_(kept->narrow(2, 0, length));
    *kept = larger;
  }
  kept->narrow(2, length, added.size(2)).copy_(added);
}

class Gpt2TextModel : public TextModel {
 public:
  Gpt2TextModel(const Gpt2& model, Precision precision)
      : config_(model.config()),
        device_(model.device()),
        type_(precision == Precision::kBf16 ? at::kBFloat16 : at::kFloat) {
    const at::NoGradGuard no_grad;
    auto next = model.parameters().begin();
    const auto take = [&next] { return (next++)->value.detach(); };
    const auto linear = [&] {
      at::Tensor weight_OI = take().t().to(type_).contiguous();
      return LinearLayer{std::move(weight_OI), take()};
    };
    token_embedding_VC_ = take();
    head_VC_ = token_embedding_VC_.to(type_);
    position_embedding_TC_ = take();
    for (int64_t i = 0; i < config_.layers; ++i) {
      // Braces: in the order of the checkpoint.
      layers_.push_back(
          Layer{take(), take(), linear(), linear(), take(), take(), linear(), linear()});
    }
    final_weight_ = take();
    final_bias_ = take();
  }

  int64_t vocab() const override { return config_.vocab; }

  int64_t positions() const override { return config_.positions; }

  int64_t rows() const override { return kRows; }

  std::unique_ptr<TextState> Read(std::span<const uint32_t> ids, std::vector<float>* logits,
                                  std::vector<float>* log_probs) override {
    const at::NoGradGuard no_grad;
    auto state = std::make_unique<Gpt2State>();
    state->layers.resize(layers_.size());
    Gpt2State* const texts[] = {state.get()};
    const auto length = static_cast<int64_t>(ids.size());
    const at::Tensor positions_TC = position_embedding_TC_.narrow(0, 0, length);
    const at::Tensor hidden_TC = Hidden(Embedded(ids, length).add_(positions_TC), texts);
    state->length = length;
    if (log_probs != nullptr) StoreLogProbs(hidden_TC, ids, log_probs);
    StoreLogits(hidden_TC.narrow(0, length - 1, 1), 1, logits);
    return state;
  }

  void Step(std::span<TextState* const> texts, std::span<const uint32_t> ids,
            std::vector<float>* logits) override {
    const at::NoGradGuard no_grad;
    std::vector<Gpt2State*> states;
    const int64_t rows = device_.is_cpu() ? std::ssize(texts) : kRows;
    const at::Tensor positions = at::zeros({rows}, at::kLong);
    for (TextState* text : texts) {
      states.push_back(static_cast<Gpt2State*>(text));
      positions.mutable_data_ptr<int64_t>()[states.size() - 1] = states.back()->length;
    }
    const at::Tensor x_RC =
        Embedded(ids, rows).add_(at::embedding(position_embedding_TC_, positions.to(device_)));
    const at::Tensor hidden_RC = Hidden(x_RC, states);
    for (Gpt2State* state : states) ++state->length;
    StoreLogits(hidden_RC, std::ssize(texts), logits);
  }

  std::unique_ptr<TextState> Copy(const TextState& text) override {
    const at::NoGradGuard no_grad;
    const auto& from = static_cast<const Gpt2State&>(text);
    auto copy = std::make_unique<Gpt2State>();
    copy->length = from.length;
    for (const LayerCache& layer : from.layers) {
      copy->layers.push_back({layer.keys.clone(), layer.values.clone()});
    }
    return copy;
  }

 private:
  // Rows of the token embedding, filled up with token 0.
  at::Tensor Embedded(std::span<const uint32_t> ids, int64_t rows) const {
    const at::Tensor host = at::zeros({rows}, at::kLong);
    std::copy(ids.begin(), ids.end(), host.mutable_data_ptr<int64_t>());
    return at::embedding(token_embedding_VC_, host.to(device_));
  }

  // The final LayerNorm's output for x, which is one text from its start or a row per text. The
  // residual stream is fp32.
  at::Tensor Hidden(at::Tensor x_NC, std::span<Gpt2State* const> texts) const {
    for (size_t i = 0; i < layers_.size(); ++i) {
      const Layer& layer = layers_[i];
      const at::Tensor qkv_N3C =
          Product(Norm(x_NC, layer.ln1_weight, layer.ln1_bias), layer.qkv).to(type_);
      x_NC = x_NC.add(Product(Attention(qkv_N3C, i, texts), layer.proj));
      const at::Tensor inner = Product(Norm(x_NC, layer.ln2_weight, layer.ln2_bias), layer.fc);
      x_NC = x_NC.add(Product(Gelu(inner), layer.fc_proj));
    }
    return Norm(x_NC, final_weight_, final_bias_);
  }

  at::Tensor Norm(const at::Tensor& x_NC, const at::Tensor& weight, const at::Tensor& bias) const {
    return at::layer_norm(x_NC, {config_.hidden}, weight, bias, kLayerNormEpsilon);
  }

  bool IsByRows(const at::Tensor& x) const { return device_.is_cpu() && x.size(0) <= kRows; }

  // In the type of the products or, by rows, in fp32.
  at::Tensor Product(const at::Tensor& x, const LinearLayer& linear) const {
    if (IsByRows(x)) return ByRows(x.to(at::kFloat), linear.weight_OI, linear.bias_O);
    return at::addmm(linear.bias_O.to(type_), x.to(type_), linear.weight_OI.t());
  }

  static at::Tensor ByRows(const at::Tensor& x, const at::Tensor& weight_OI,
                           const at::Tensor& bias) {
    const int64_t outputs = weight_OI.size(0);
    const at::Tensor in = x.contiguous();
    const at::Tensor out = at::empty({in.size(0), outputs}, in.options());
    const float* bias_data = bias.defined() ? bias.const_data_ptr<float>() : nullptr;
    const RowProductShape shape = {in.size(0), in.size(1), outputs};
    at::parallel_for(0, outputs, /*grain_size=*/128, [&](int64_t begin, int64_t end) {
      const auto run = [&](const auto* weights) {
        RowProduct(in.const_data_ptr<float>(), weights, bias_data, shape, begin, end,
                   out.mutable_data_ptr<float>());
      };
      if (weight_OI.scalar_type() == at::kFloat) {
        run(weight_OI.const_data_ptr<float>());
      } else {
        run(static_cast<const uint16_t*>(weight_OI.const_data_ptr()));
      }
    });
    return out;
  }

  // Of few rows one after another: the library's vectors end where a share of all elements ends.
  at::Tensor Gelu(const at::Tensor& x) const {
    const char* const form = config_.exact_gelu ? "none" : "tanh";
    if (!IsByRows(x)) return at::gelu(x, form);
    const at::Tensor out = at::empty_like(x);
    for (int64_t i = 0; i < x.size(0); ++i) out[i].copy_(at::gelu(x[i], form));
    return out;
  }

  at::Tensor Attention(const at::Tensor& qkv_N3C, size_t layer,
                       std::span<Gpt2State* const> texts) const {
    const int64_t c = config_.hidden, rows = qkv_N3C.size(0);
    // One text: all rows are its first tokens.
    if (texts.size() == 1 && texts[0]->length == 0) {
      return AttentionOf(qkv_N3C, texts[0]->layers[layer], 0, rows);
    }
    const at::Tensor mixed_NC = at::zeros({rows, c}, qkv_N3C.options());
    for (size_t i = 0; i < texts.size(); ++i) {
      const auto row = static_cast<int64_t>(i);
      // A copy begins where memory is aligned, whichever row it was.
      const at::Tensor qkv_13C = qkv_N3C.narrow(0, row, 1).clone();
      mixed_NC.narrow(0, row, 1).copy_(
          AttentionOf(qkv_13C, texts[i]->layers[layer], texts[i]->length, 1));
    }
    return mixed_NC;
  }

  // Of `count` tokens that follow the `length` ones of a cache, to which they are added.
  at::Tensor AttentionOf(const at::Tensor& qkv_T3C, LayerCache& cache, int64_t length,
                         int64_t count) const {
    const at::Tensor qkv =
        qkv_T3C.reshape({1, count, 3, config_.heads, config_.hidden / config_.heads});
    const at::Tensor q_BHTD = qkv.select(2, 0).transpose(1, 2);
    Append(qkv.select(2, 1).transpose(1, 2), length, config_.positions, &cache.keys);
    Append(qkv.select(2, 2).transpose(1, 2), length, config_.positions, &cache.values);
    const at::Tensor mixed_BHTD = at::scaled_dot_product_attention(
        q_BHTD, cache.keys.narrow(2, 0, length + count), cache.values.narrow(2, 0, length + count),
        {}, 0.0, /*is_causal=*/count > 1);
    return mixed_BHTD.transpose(1, 2).reshape({count, config_.hidden});
  }

  // Of all tokens but the first, some rows of logits at a time: all would take 4 V bytes a token.
  void StoreLogProbs(const at::Tensor& hidden_TC, std::span<const uint32_t> ids,
                     std::vector<float>* out) const {
    constexpr int64_t kChunk = 64;
    out->clear();
    std::vector<float> logits;
    const int64_t end = hidden_TC.size(0) - 1;
    for (int64_t begin = 0; begin < end; begin += kChunk) {
      const int64_t count = std::min(kChunk, end - begin);
      StoreLogits(hidden_TC.narrow(0, begin, count), count, &logits);
      const auto vocab = static_cast<size_t>(config_.vocab);
      for (size_t i = 0; i < static_cast<size_t>(count); ++i) {
        out->push_back(LogProb(std::span(logits).subspan(i * vocab, vocab),
                               ids[static_cast<size_t>(begin) + i + 1]));
      }
    }
  }

  // Of the first `count` rows.
  void StoreLogits(const at::Tensor& hidden_NC, int64_t count, std::vector<float>* out) const {
    const at::Tensor all = IsByRows(hidden_NC) ? ByRows(hidden_NC, head_VC_, /*bias=*/{})
                                               : at::matmul(hidden_NC.to(type_), head_VC_.t());
    const at::Tensor logits = all.narrow(0, 0, count).to(at::kCPU, at::kFloat).contiguous();
    const float* begin = logits.const_data_ptr<float>();
    out->assign(begin, begin + logits.numel());
  }

  ModelConfig config_;
  at::Device device_;
  at::ScalarType type_;
  at::Tensor token_embedding_VC_, head_VC_, position_embedding_TC_;
  std::vector<Layer> layers_;
  at::Tensor final_weight_, final_bias_;
};

}  // namespace

std::unique_ptr<TextModel> MakeTextModel(const Gpt2& model, Precision precision) {
  return std::make_unique<Gpt2TextModel>(model, precision);
}

std::unique_ptr<TextModel> OpenTextModel(const RunConfig& config, const Hooks& hooks) {
  SetThreads(config.threads);
  const at::Device device = OpenDevice(config.device);
  const std::string checkpoint = ResolveCheckpoint(config.checkpoint);
  const Gpt2 model(ReadModelConfig(checkpoint), device);
  LoadParameters(checkpoint, model);
  hooks.log(fmt::format("model of {} ({} parameters, {} positions)", checkpoint,
                        CountParameters(model.config()), model.config().positions));
  return MakeTextModel(model, config.precision);
}

}  // namespace owt::trainer
