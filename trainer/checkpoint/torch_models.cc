// nanoGPT: train.py writes {"model": state_dict, "optimizer", "model_args", "iter_num",
// "best_val_loss", "config"}. Its MLP computes the exact GELU (torch.nn.GELU()).
#include <fmt/format.h>

#include "pipeline/error.h"
#include "trainer/checkpoint/model_layouts.h"

namespace owt::trainer {
namespace {

using formats::PickleId;
using formats::TensorView;
using formats::TorchFile;

constexpr int kMaxDictDepth = 8;
constexpr size_t kMaxEntries = 100'000;
constexpr std::string_view kModelPrefix = "transformer.";

void Collect(TorchFile& torch, PickleId dict, const std::string& prefix, int depth, size_t* entries,
             NamedViews* views, const std::string& file) {
  for (const auto& [key, id] : torch.Entries(dict)) {
    if (depth == kMaxDictDepth || ++*entries > kMaxEntries) {
      throw Error(ErrorKind::kInput, "its dicts are nested too deep, or too large", file);
    }
    const std::string name = prefix + std::string(key);
    if (torch.IsTensor(id)) {
      (*views)[name] = torch.Tensor(id);
    } else if (torch.IsDict(id)) {
      Collect(torch, id, name + ".", depth + 1, entries, views, file);
    }
  }
}

// Names without a prefix that all or some have.
NamedViews WithoutPrefix(const NamedViews& views, std::string_view prefix) {
  NamedViews result;
  for (const auto& [name, view] : views) {
    result.emplace(name.starts_with(prefix) ? name.substr(prefix.size()) : name, view);
  }
  return result;
}

bool IsMatrixName(std::string_view name) {
  return name.ends_with(".weight") && (name.find(".attn.") != std::string_view::npos ||
                                       name.find(".mlp.") != std::string_view::npos);
}

const TensorView& Matrix(const NamedViews& tensors, std::string_view name,
                         const std::string& file) {
  const auto found = tensors.find(name);
  if (found == tensors.end() || found->second.shape.size() != 2) {
    throw Error(ErrorKind::kInput, fmt::format("no GPT-2: it has no matrix 'transformer.{}'", name),
                file);
  }
  return found->second;
}

// The sizes that shapes show.
void ReadSizes(const NamedViews& tensors, const std::string& file, ModelConfig* config) {
  const TensorView& tokens = Matrix(tensors, "wte.weight", file);
  config->vocab = tokens.shape[0];
  config->hidden = tokens.shape[1];
  config->positions = Matrix(tensors, "wpe.weight", file).shape[0];
  config->layers = 0;
  while (tensors.contains(fmt::format("h.{}.ln_1.weight", config->layers))) ++config->layers;
}

void RefuseOwnHead(const NamedViews& tensors, const std::string& file) {
  const auto head = tensors.find("lm_head.weight");
  if (head == tensors.end() || SameElements(head->second, tensors.find("wte.weight")->second)) {
    return;
  }
  throw Error(ErrorKind::kInput,
              "its output layer is not the token embedding, as owt's GPT-2 has it", file);
}

}  // namespace

bool SameElements(const TensorView& a, const TensorView& b) {
  if (a.shape != b.shape) return false;
  if (a.bytes.data() == b.bytes.data() && a.strides == b.strides && a.type == b.type) return true;
  if (a.shape.size() != 2 || !formats::IsFloatType(a.type) || !formats::IsFloatType(b.type)) {
    return false;
  }
  std::vector<float> row_a(static_cast<size_t>(a.shape[1])), row_b(row_a.size());
  for (int64_t i = 0; i < a.shape[0]; ++i) {
    formats::CopyAsFloats(formats::Select(a, i), row_a);
    formats::CopyAsFloats(formats::Select(b, i), row_b);
    if (row_a != row_b) return false;
  }
  return true;
}

NamedViews CollectTensors(TorchFile& torch, PickleId dict, const std::string& file) {
  NamedViews views;
  size_t entries = 0;
  Collect(torch, dict, "", 0, &entries, &views, file);
  return views;
}

void ReadHuggingFaceModel(const NamedViews& stored, const ConfigFacts& facts, StoredModel* model) {
  const NamedViews tensors = WithoutPrefix(stored, kModelPrefix);
  ReadSizes(tensors, model->file, &model->config);
  model->config.heads = facts.heads;
  model->config.exact_gelu = facts.exact_gelu;
  for (const auto& [name, view] : tensors) model->parameters[name] = {view, view.shape};
}

void ReadNanoGptModel(TorchFile& torch, PickleId root, const std::string& file,
                      StoredModel* model) {
  const NamedViews tensors = WithoutPrefix(
      WithoutPrefix(CollectTensors(torch, torch.Find(root, "model").value(), file), "_orig_mod."),
      kModelPrefix);
  ModelConfig& config = model->config;
  ReadSizes(tensors, file, &config);
  RefuseOwnHead(tensors, file);
  const PickleId arguments = torch.Find(root, "model_args").value();
  const auto heads = torch.Integer(arguments, "n_head");
  if (!heads) throw Error(ErrorKind::kInput, "its model_args have no n_head", file);
  config.heads = *heads;
  config.exact_gelu = true;
  for (const auto& [name, view] : tensors) {
    const TensorView put =
        IsMatrixName(name) && view.shape.size() == 2 ? formats::Transposed(view) : view;
    model->parameters[name] = {put, put.shape};
  }
  if (torch.Flag(arguments, "bias") != false) return;
  const auto add_bias = [&](const std::string& name, int64_t size) {
    model->parameters.try_emplace(name, StoredParameter{formats::ZeroView({size}), {size}});
  };
  const int64_t c = config.hidden;
  for (int64_t i = 0; i < config.layers; ++i) {
    const std::string h = fmt::format("h.{}.", i);
    add_bias(h + "ln_1.bias", c);
    add_bias(h + "attn.c_attn.bias", 3 * c);
    add_bias(h + "attn.c_proj.bias", c);
    add_bias(h + "ln_2.bias", c);
    add_bias(h + "mlp.c_fc.bias", 4 * c);
    add_bias(h + "mlp.c_proj.bias", c);
  }
  add_bias("ln_f.bias", c);
}

void ReadTorchModel(TorchFile& torch, const std::string& file,
                    const std::function<std::string()>& config_json, StoredModel* model) {
  const PickleId root = torch.root();
  model->file = file;
  if (const auto stored = torch.Find(root, "model"); stored && torch.IsDict(*stored)) {
    if (torch.Find(root, "model_args")) return ReadNanoGptModel(torch, root, file, model);
    return ReadMegatronModel(torch, root, file, model);
  }
  if (torch.Find(root, "transformer.wte.weight") || torch.Find(root, "wte.weight")) {
    const NamedViews tensors = CollectTensors(torch, root, file);
    return ReadHuggingFaceModel(tensors, ReadConfigJson(config_json(), "config.json"), model);
  }
  std::string keys;
  for (const auto& [key, id] : torch.Entries(root)) {
    if (keys.size() < 200) keys += fmt::format("{}'{}'", keys.empty() ? "" : ", ", key);
  }
  throw Error(ErrorKind::kInput,
              fmt::format("it holds no GPT-2 of nanoGPT, Megatron-LM or Hugging Face; it has {}",
                          keys.empty() ? "no dict with names" : keys),
              file);
}

}  // namespace owt::trainer
