// Megatron-LM: megatron/checkpointing.py, megatron/model/language_model.py; the order of the rows
// of the matrix of q, k and v is that of the checkpoint's version (fix_query_key_value_ordering
// there):
//   0       q, k, v; in each the heads; in each its width
//   1       the heads; in each its width; for each of that q, k, v
//   2, 3    the heads; in each q, k, v; in each its width
#include <fmt/format.h>

#include <cmath>
#include <initializer_list>

#include "pipeline/error.h"
#include "trainer/checkpoint/model_layouts.h"

namespace owt::trainer {
namespace {

using formats::PickleId;
using formats::TensorView;
using formats::TorchFile;

constexpr int64_t kUsualHeadWidth = 64;  // of every published GPT-2

// Settings that make it another model where they are on.
constexpr std::string_view kRefusedFlags[] = {
    "apply_layernorm_1p", "untie_embeddings_and_output_weights",
    "apply_residual_connection_post_layernorm", "swiglu", "squared_relu"};

struct RequiredText {
  std::string_view key, value;
};

constexpr RequiredText kRequiredTexts[] = {{"position_embedding_type", "learned_absolute"},
                                           {"normalization", "LayerNorm"}};

class MegatronReader {
 public:
  MegatronReader(TorchFile& torch, PickleId root, const std::string& file, StoredModel* model)
      : torch_(torch),
        root_(root),
        args_(torch.Find(root, "args").value_or(formats::PickleTree::kNoneId)),
        file_(file),
        model_(model) {}

  void Read() {
    CheckArguments();
    tensors_ = CollectTensors(torch_, torch_.Find(root_, "model").value(), file_);
    Put("wte.weight", Take("", {"language_model.embedding.word_embeddings.weight",
                                "embedding.word_embeddings.weight"}));
    Put("wpe.weight", Take("", {"language_model.embedding.position_embeddings.weight",
                                "embedding.position_embeddings.weight"}));
    ReadSizes();
    for (int64_t i = 0; i < model_->config.layers; ++i) ReadLayer(i);
    for (const std::string kind : {"weight", "bias"}) {
      Put("ln_f." + kind, Take(stack_, {"final_layernorm." + kind, "final_norm." + kind}));
    }
  }

 private:
  [[noreturn]] void Fail(std::string_view what) const {
    throw Error(ErrorKind::kInput, std::string(what), file_);
  }

  void CheckArguments() {
    version_ = torch_.Real(root_, "checkpoint_version").value_or(0);
    if (!(version_ >= 0 && version_ < 4)) {
      Fail(fmt::format("its checkpoint_version is {}; 0 to 3 are known", version_));
    }
    for (const char* key : {"tensor_model_parallel_size", "model_parallel_size",
                            "pipeline_model_parallel_size", "num_experts"}) {
      if (torch_.Integer(args_, key).value_or(1) <= 1) continue;
      Fail(
          fmt::format("its {} is {}, so it is a part of a model; let Megatron-LM's "
                      "tools/checkpoint/convert.py write it with sizes of 1 first",
                      key, *torch_.Integer(args_, key)));
    }
    for (const std::string_view flag : kRefusedFlags) {
      if (torch_.Flag(args_, flag) == true) Refuse(flag, "True");
    }
    for (const RequiredText& text : kRequiredTexts) {
      const auto value = torch_.Text(args_, text.key);
      if (value && *value != text.value) Refuse(text.key, *value);
    }
    for (const char* key : {"layernorm_epsilon", "norm_epsilon"}) {
      const auto value = torch_.Real(args_, key);
      if (value && std::abs(*value - 1e-5) > 1e-12) Refuse(key, fmt::format("{}", *value));
    }
    const auto groups = torch_.Integer(args_, "num_query_groups");
    if (torch_.Flag(args_, "group_query_attention") == true && groups &&
        groups != torch_.Integer(args_, "num_attention_heads")) {
      Refuse("num_query_groups", fmt::format("{}", *groups));
    }
    zero_bias_ = torch_.Flag(args_, "add_bias_linear") == false;
    model_->config.exact_gelu = torch_.Flag(args_, "bias_gelu_fusion") == false &&
                                torch_.Flag(args_, "openai_gelu") != true;
  }

  [[noreturn]] void Refuse(std::string_view key, std::string_view value) const {
    Fail(fmt::format("its {} is {}, which owt's GPT-2 does not compute", key, value));
  }

  // The first tensor of these names, behind `prefix`.
  TensorView Take(const std::string& prefix, std::span<const std::string> names) const {
    for (const std::string& name : names) {
      const auto found = tensors_.find(prefix + name);
      if (found != tensors_.end()) return found->second;
    }
    Fail(fmt::format("it has no tensor '{}{}'", prefix, names[0]));
  }

  TensorView Take(const std::string& prefix, std::initializer_list<std::string> names) const {
    return Take(prefix, std::span(names.begin(), names.size()));
  }

  void Put(const std::string& name, const TensorView& view) {
    model_->parameters[name] = {view, view.shape};
  }

  void ReadSizes() {
    ModelConfig& config = model_->config;
    const std::vector<int64_t>& tokens = model_->parameters["wte.weight"].shape;
    const std::vector<int64_t>& positions = model_->parameters["wpe.weight"].shape;
    if (tokens.size() != 2 || positions.size() != 2) Fail("its embeddings are no matrices");
    config.vocab = tokens[0];
    config.hidden = tokens[1];
    config.positions = positions[0];
    config.heads = torch_.Integer(args_, "num_attention_heads")
                       .value_or(std::max<int64_t>(1, config.hidden / kUsualHeadWidth));
    for (const char* stack :
         {"language_model.transformer.", "language_model.encoder.", "decoder."}) {
      stack_ = stack;
      config.layers = 0;
      while (HasLayer(config.layers)) ++config.layers;
      if (config.layers > 0) break;
    }
    Validate(config);
    const auto head = tensors_.find("output_layer.weight");
    if (head != tensors_.end() &&
        !SameElements(head->second, model_->parameters["wte.weight"].view)) {
      Refuse("untie_embeddings_and_output_weights", "True");
    }
  }

  std::string LayerPrefix(int64_t layer) const {
    return fmt::format("{}layers.{}.", stack_, layer);
  }

  bool HasLayer(int64_t layer) const {
    const auto first = tensors_.lower_bound(LayerPrefix(layer));
    return first != tensors_.end() && first->first.starts_with(LayerPrefix(layer));
  }

  void ReadLayer(int64_t layer) {
    const std::string from = LayerPrefix(layer), h = fmt::format("h.{}.", layer);
    for (const std::string kind : {"weight", "bias"}) {
      Put(h + "ln_1." + kind,
          Take(from, {"input_layernorm." + kind, "self_attention.linear_qkv.layer_norm_" + kind}));
      Put(h + "ln_2." + kind,
          Take(from, {"post_attention_layernorm." + kind, "pre_mlp_layernorm." + kind,
                      "post_attention_norm." + kind, "mlp.linear_fc1.layer_norm_" + kind}));
    }
    const int64_t c = model_->config.hidden;
    ReadProduct(from,
                {"attention.query_key_value", "self_attention.query_key_value",
                 "self_attention.linear_qkv"},
                h + "attn.c_attn", 3 * c);
    ReadProduct(from, {"attention.dense", "self_attention.dense", "self_attention.linear_proj"},
                h + "attn.c_proj", c);
    ReadProduct(from, {"mlp.dense_h_to_4h", "mlp.linear_fc1"}, h + "mlp.c_fc", 4 * c);
    ReadProduct(from, {"mlp.dense_4h_to_h", "mlp.linear_fc2"}, h + "mlp.c_proj", c);
  }

  // Weight [out, in] and bias of a product.
  void ReadProduct(const std::string& from, std::initializer_list<std::string> names,
                   const std::string& to, int64_t out) {
    std::vector<std::string> weights, biases;
    for (const std::string& name : names) {
      weights.push_back(name + ".weight");
      biases.push_back(name + ".bias");
    }
    const TensorView weight = Take(from, weights);
    const TensorView bias = zero_bias_ ? formats::ZeroView({out}) : Take(from, biases);
    if (weight.shape.size() != 2 || weight.shape[0] != out || bias.shape != std::vector{out}) {
      Fail(fmt::format("'{}{}' does not have {} rows", from, weights[0], out));
    }
    const bool is_qkv = to.ends_with("c_attn");
    model_->parameters[to + ".weight"] = {formats::Transposed(weight),
                                          {weight.shape[1], weight.shape[0]}};
    model_->parameters[to + ".bias"] = {bias, bias.shape};
    if (!is_qkv || version_ < 1) return;
    model_->parameters[to + ".weight"].view = ReorderWeight(weight);
    model_->parameters[to + ".bias"].view = ReorderBias(bias);
  }

  // The sizes into which rows fall apart in the file.
  std::vector<int64_t> RowSizes() const {
    const int64_t heads = model_->config.heads, width = model_->config.hidden / heads;
    if (version_ < 2) return {heads, width, 3};
    return {heads, 3, width};
  }

  TensorView ReorderWeight(const TensorView& weight) const {
    const TensorView split = formats::Split(weight, 0, RowSizes());
    constexpr int kFirst[] = {3, 2, 0, 1}, kSecond[] = {3, 1, 0, 2};
    return formats::Permuted(split, version_ < 2 ? kFirst : kSecond);
  }

  TensorView ReorderBias(const TensorView& bias) const {
    const TensorView split = formats::Split(bias, 0, RowSizes());
    constexpr int kFirst[] = {2, 0, 1}, kSecond[] = {1, 0, 2};
    return formats::Permuted(split, version_ < 2 ? kFirst : kSecond);
  }

  TorchFile& torch_;
  PickleId root_, args_;
  const std::string& file_;
  StoredModel* model_;
  NamedViews tensors_;
  std::string stack_;  // where the layers are
  double version_ = 0;
  bool zero_bias_ = false;
};

}  // namespace

void ReadMegatronModel(TorchFile& torch, PickleId root, const std::string& file,
                       StoredModel* model) {
  MegatronReader(torch, root, file, model).Read();
}

}  // namespace owt::trainer
