#include "trainer/checkpoint/checkpoint.h"

#include <ATen/Context.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <fmt/format.h>

#include <filesystem>
#include <mutex>
#include <utility>

#include "formats/safetensors.h"
#include "pipeline/error.h"
#include "pipeline/output_file.h"
#include "trainer/checkpoint/config_json.h"
#include "trainer/checkpoint/folder.h"
#include "trainer/checkpoint/hugging_face_folder.h"
#include "trainer/checkpoint/stored_model.h"

namespace owt::trainer {
namespace {

using formats::SafetensorsReader;
using formats::TensorInfo;
using formats::TensorMetadata;
using formats::TensorType;

constexpr const char* kRandomState = "random_state.cpu";

struct NamedTensor {
  std::string name;
  at::Tensor value;
};

std::string Join(const std::string& folder, const char* name) {
  return (std::filesystem::path(folder) / name).string();
}

TensorType TypeOf(const at::Tensor& tensor) {
  return tensor.scalar_type() == at::kByte ? TensorType::kU8 : TensorType::kF32;
}

template <class Tensors>
CheckpointFile WriteTensors(const std::string& folder, const char* name, const Tensors& tensors,
                            const TensorMetadata& metadata) {
  std::vector<TensorInfo> infos;
  for (const auto& tensor : tensors) {
    infos.push_back({tensor.name, TypeOf(tensor.value), tensor.value.sizes().vec(), 0, 0});
  }
  OutputFile file(Join(folder, name));
  file.Write(formats::MakeSafetensorsHeader(infos, metadata));
  for (const auto& tensor : tensors) {
    const at::Tensor host = tensor.value.to(at::kCPU).contiguous();
    file.Write({static_cast<const char*>(host.const_data_ptr()), host.nbytes()});
  }
  file.Commit();
  return {name, file.bytes(), file.xxh3()};
}

CheckpointFile WriteConfig(const std::string& folder, const ModelConfig& config,
                           const formats::Gpt2Vocab* tokenizer) {
  ConfigOptions options;
  if (tokenizer != nullptr) options.end_of_text = tokenizer->end_of_text();
  OutputFile file(Join(folder, kConfigFile));
  file.Write(MakeConfigJson(config, options));
  file.Commit();
  return {kConfigFile, file.bytes(), file.xxh3()};
}

void ReadInto(const SafetensorsReader& reader, const TensorInfo* info, const NamedTensor& to,
              const std::string& file) {
  if (info == nullptr) {
    throw Error(ErrorKind::kInput, fmt::format("it has no tensor '{}'", to.name), file);
  }
  if (info->type != TypeOf(to.value) || to.value.sizes() != at::IntArrayRef(info->shape)) {
    throw Error(
        ErrorKind::kInput,
        fmt::format("'{}' is {} [{}], but the model has {} [{}]", info->name,
                    formats::TensorTypeName(info->type), fmt::join(info->shape, ", "),
                    formats::TensorTypeName(TypeOf(to.value)), fmt::join(to.value.sizes(), ", ")),
        file);
  }
  const at::NoGradGuard no_grad;
  at::Tensor host = at::empty(to.value.sizes(), to.value.options().device(at::kCPU));
  reader.Read(*info, {static_cast<std::byte*>(host.mutable_data_ptr()), host.nbytes()});
  at::Tensor target = to.value;
  target.copy_(host);
}

at::Tensor RandomState() {
  at::Generator generator = at::globalContext().defaultGenerator(at::kCPU);
  const std::lock_guard lock(generator.mutex());
  return generator.get_state();
}

}  // namespace

CheckpointContent::CheckpointContent(const Gpt2& model, const AdamW& optimizer,
                                     const TrainState& state, const formats::Gpt2Vocab* tokenizer,
                                     bool copy)
    : config_(model.config()), state_(state), tokenizer_(tokenizer) {
  state_.updates = optimizer.steps();
  const auto take = [copy](const at::Tensor& tensor) {
    const at::Tensor value = tensor.detach();
    return copy ? value.to(at::kCPU, value.scalar_type(), /*non_blocking=*/false, /*copy=*/true)
                : value;
  };
  for (size_t i = 0; i < model.parameters().size(); ++i) {
    const Parameter& parameter = model.parameters()[i];
    parameters_.push_back({parameter.name, take(parameter.value)});
    moments_.push_back({"mean." + parameter.name, take(optimizer.mean()[i])});
    moments_.push_back({"square." + parameter.name, take(optimizer.square()[i])});
  }
  moments_.push_back({kRandomState, RandomState()});
}

std::string CheckpointContent::Save(const std::string& save) const {
  return PublishCheckpoint(save, state_.iteration, [&](const std::string& folder) {
    std::vector<CheckpointFile> files;
    if (tokenizer_ != nullptr) {
      files = WriteTokenizerFiles(*tokenizer_, config_.positions, folder);
    }
    // "format" is what Hugging Face's reader asks for.
    files.push_back(WriteTensors(folder, kModelFile, parameters_, {{"format", "pt"}}));
    files.push_back(WriteConfig(folder, config_, tokenizer_));
    files.push_back(WriteTensors(folder, kOptimizerFile, moments_, StateToMetadata(state_)));
    return files;
  });
}

std::string SaveCheckpoint(const std::string& save, const Gpt2& model, const AdamW& optimizer,
                           const TrainState& state, const formats::Gpt2Vocab* tokenizer) {
  return CheckpointContent(model, optimizer, state, tokenizer, /*copy=*/false).Save(save);
}

ModelConfig ReadModelConfig(const std::string& checkpoint) {
  return OpenStoredModel(checkpoint).config;
}

void LoadParameters(const std::string& checkpoint, const Gpt2& model) {
  const StoredModel stored = OpenStoredModel(checkpoint);
  const at::NoGradGuard no_grad;
  for (const Parameter& parameter : model.parameters()) {
    at::Tensor target = parameter.value;
    const at::Tensor host = at::empty(target.sizes(), at::kFloat);
    ReadParameter(stored, parameter.name, target.sizes(),
                  {host.mutable_data_ptr<float>(), static_cast<size_t>(host.numel())});
    target.copy_(host);
  }
}

TrainState LoadTrainState(const std::string& checkpoint, const Gpt2& model, AdamW* optimizer) {
  const std::string file = Join(checkpoint, kOptimizerFile);
  const SafetensorsReader reader(file);
  const TrainState state = StateFromMetadata(reader.metadata(), file);
  for (size_t i = 0; i < model.parameters().size(); ++i) {
    const std::string& name = model.parameters()[i].name;
    ReadInto(reader, reader.Find("mean." + name), {"mean." + name, optimizer->mean()[i]}, file);
    ReadInto(reader, reader.Find("square." + name), {"square." + name, optimizer->square()[i]},
             file);
  }
  optimizer->set_steps(state.updates);
  const at::Tensor random = at::empty_like(RandomState());
  ReadInto(reader, reader.Find(kRandomState), {kRandomState, random}, file);
  at::Generator generator = at::globalContext().defaultGenerator(at::kCPU);
  const std::lock_guard lock(generator.mutex());
  generator.set_state(random);
  return state;
}

}  // namespace owt::trainer
