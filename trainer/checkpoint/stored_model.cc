#include "trainer/checkpoint/stored_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "formats/safetensors.h"
#include "formats/torch_file.h"
#include "pipeline/error.h"
#include "pipeline/output_file.h"
#include "trainer/checkpoint/config_json.h"
#include "trainer/checkpoint/folder.h"
#include "trainer/checkpoint/llmc_model.h"
#include "trainer/checkpoint/model_layouts.h"

namespace owt::trainer {
namespace {

namespace fs = std::filesystem;

using formats::MappedFile;
using formats::TensorInfo;
using formats::TensorView;

constexpr size_t kMaxConfigJson = size_t{1} << 20;

NamedViews SafetensorsViews(const MappedFile& file) {
  NamedViews views;
  const formats::SafetensorsReader reader(file.path());
  for (const TensorInfo& tensor : reader.tensors()) {
    if (tensor.offset > file.size() || tensor.bytes > file.size() - tensor.offset) {
      throw Error(ErrorKind::kInput, "it changes while it is read", file.path());
    }
    views.emplace(tensor.name,
                  formats::ContiguousView(tensor.type, tensor.shape,
                                          file.bytes().substr(tensor.offset, tensor.bytes)));
  }
  return views;
}

// The sizes as the parameters show them; a file's word for them is not taken.
void CheckSize(const StoredModel& model) {
  Validate(model.config);
  uint64_t bytes = 0;
  for (const MappedFile& file : model.files) bytes += file.size();
  constexpr uint64_t kSmallestElement = 2;
  if (bytes / kSmallestElement < static_cast<uint64_t>(CountParameters(model.config))) {
    // Before anything of that size is allocated.
    throw Error(ErrorKind::kInput, "it is too small for the model that its shapes describe",
                model.file);
  }
}

}  // namespace

void ReadModelBytes(std::string_view bytes, const std::string& file,
                    const std::function<std::string()>& config_json, StoredModel* model) {
  if (formats::LooksLikeTorchFile(bytes)) {
    formats::TorchFile torch(bytes, file);
    ReadTorchModel(torch, file, config_json, model);
  } else if (LooksLikeLlmcModel(bytes)) {
    ReadLlmcModel(bytes, file, model);
  } else {
    throw Error(ErrorKind::kInput,
                "no model that owt knows: neither a file of torch.save (nanoGPT's ckpt.pt, "
                "Megatron-LM's model_optim_rng.pt, pytorch_model.bin) nor a model .bin of llm.c; "
                "a model.safetensors is named by its folder",
                file);
  }
}

StoredModel OpenStoredModel(const std::string& path) {
  StoredModel model;
  std::error_code ignored;
  const bool is_folder = fs::is_directory(path, ignored);
  const fs::path folder = is_folder ? fs::path(path) : fs::path(path).parent_path();
  const std::string config_file = (folder / kConfigFile).string();
  const auto config_json = [&config_file] { return ReadSmallFile(config_file, kMaxConfigJson); };
  const std::string safetensors = (folder / kModelFile).string();
  model.file = !is_folder                ? path
               : FileExists(safetensors) ? safetensors
                                         : (folder / kTorchModelFile).string();
  model.files.emplace_back(model.file);
  const MappedFile& file = model.files.back();
  if (model.file == safetensors) {
    ReadHuggingFaceModel(SafetensorsViews(file), ReadConfigJson(config_json(), config_file),
                         &model);
  } else {
    ReadModelBytes(file.bytes(), model.file, config_json, &model);
  }
  CheckSize(model);
  return model;
}

void ReadParameter(const StoredModel& model, std::string_view name, std::span<const int64_t> shape,
                   std::span<float> out) {
  constexpr std::string_view kNamePrefix = "transformer.";
  const std::string_view key =
      name.starts_with(kNamePrefix) ? name.substr(kNamePrefix.size()) : name;
  const auto found = model.parameters.find(key);
  if (found == model.parameters.end()) {
    throw Error(ErrorKind::kInput, fmt::format("it has no tensor '{}'", name), model.file);
  }
  const StoredParameter& stored = found->second;
  const bool fits =
      std::equal(shape.begin(), shape.end(), stored.shape.begin(), stored.shape.end());
  if (!fits || !formats::IsFloatType(stored.view.type)) {
    throw Error(ErrorKind::kInput,
                fmt::format("'{}' is {} [{}], but the model has F32 [{}]", name,
                            formats::TensorTypeName(stored.view.type),
                            fmt::join(stored.shape, ", "), fmt::join(shape, ", ")),
                model.file);
  }
  formats::CopyAsFloats(stored.view, out);
}

}  // namespace owt::trainer
