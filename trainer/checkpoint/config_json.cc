// Keys and their defaults: transformers, models/gpt2/configuration_gpt2.py.
#include "trainer/checkpoint/config_json.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "pipeline/error.h"
#include "pipeline/json.h"

namespace owt::trainer {
namespace {

using Json = nlohmann::json;

// What the model computes; an absent key stands for its default, which is the same.
bool IsOurs(const std::string& key, const Json& value) {
  if (key == "model_type") return value == "gpt2";
  if (key == "activation_function")
    return value == "gelu_new" || value == "gelu_pytorch_tanh" || value == "gelu";
  if (key == "layer_norm_epsilon") {
    return value.is_number() && std::abs(value.get<double>() - 1e-5) < 1e-12;
  }
  if (key == "scale_attn_weights" || key == "tie_word_embeddings") return value == true;
  if (key == "scale_attn_by_inverse_layer_idx" || key == "add_cross_attention") {
    return value == false;
  }
  return true;
}

}  // namespace

std::string MakeConfigJson(const ModelConfig& config, const ConfigOptions& options) {
  return fmt::format(
      "{{\n  \"architectures\": [\"GPT2LMHeadModel\"],\n  \"model_type\": \"gpt2\",\n"
      "  \"vocab_size\": {},\n  \"n_positions\": {},\n  \"n_ctx\": {},\n  \"n_embd\": {},\n"
      "  \"n_layer\": {},\n  \"n_head\": {},\n  \"activation_function\": \"{}\",\n"
      "  \"layer_norm_epsilon\": 1e-05,\n  \"initializer_range\": 0.02,\n"
      "  \"embd_pdrop\": {},\n  \"attn_pdrop\": {},\n  \"resid_pdrop\": {},\n"
      "  \"bos_token_id\": {},\n  \"eos_token_id\": {},\n"
      "  \"tie_word_embeddings\": true,\n  \"torch_dtype\": \"{}\"\n}}\n",
      config.vocab, config.positions, config.positions, config.hidden, config.layers, config.heads,
      config.exact_gelu ? "gelu" : "gelu_new", config.dropout, config.dropout, config.dropout,
      options.end_of_text, options.end_of_text,
      options.precision == Precision::kFp32 ? "float32" : "bfloat16");
}

ConfigFacts ReadConfigJson(std::string_view json, const std::string& file) {
  const Json config = ParseJsonOrDiscard(json);
  if (!config.is_object()) throw Error(ErrorKind::kInput, "it is no JSON object", file);
  for (const auto& [key, value] : config.items()) {
    if (IsOurs(key, value)) continue;
    // Writing out a nested value would recurse as deep as the file likes.
    const std::string shown = value.is_primitive() ? JsonText(value) : "nested";
    throw Error(ErrorKind::kInput,
                fmt::format("{} is {}, which owt's GPT-2 does not compute", key, shown), file);
  }
  const auto heads = config.find("n_head");
  if (heads == config.end() || !heads->is_number_integer()) {
    throw Error(ErrorKind::kInput, "it has no whole number \"n_head\"", file);
  }
  const auto activation = config.find("activation_function");
  return {heads->get<int64_t>(), activation != config.end() && *activation == "gelu"};
}

}  // namespace owt::trainer
