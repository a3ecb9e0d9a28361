#include "trainer/checkpoint/llmc_model.h"

#include <fmt/format.h>

#include <array>
#include <cstring>

#include "pipeline/error.h"
#include "pipeline/output_file.h"
#include "trainer/checkpoint/number_writer.h"

namespace owt::trainer {
namespace {

using formats::TensorType;
using formats::TensorView;

constexpr size_t kHeaderNumbers = 256, kHeaderBytes = kHeaderNumbers * sizeof(int32_t);
constexpr int32_t kLlmcMagic = 20240326, kFp32Version = 3, kBf16Version = 5;
constexpr int64_t kVocabMultiple = 128;

using LlmcNumbers = std::array<int32_t, kHeaderNumbers>;

// A tensor of each layer: Hugging Face's name, and its sizes in multiples of C.
struct LlmcTensor {
  const char* name;
  int64_t out;
  int64_t in;  // 0: a vector
};

constexpr LlmcTensor kLayerTensors[] = {
    {"ln_1.weight", 1, 0},      {"ln_1.bias", 1, 0},          {"attn.c_attn.weight", 3, 1},
    {"attn.c_attn.bias", 3, 0}, {"attn.c_proj.weight", 1, 1}, {"attn.c_proj.bias", 1, 0},
    {"ln_2.weight", 1, 0},      {"ln_2.bias", 1, 0},          {"mlp.c_fc.weight", 4, 1},
    {"mlp.c_fc.bias", 4, 0},    {"mlp.c_proj.weight", 1, 4},  {"mlp.c_proj.bias", 1, 0},
};

// Gives out the tensors one behind the other.
class LlmcCursor {
 public:
  LlmcCursor(std::string_view bytes, TensorType type) : bytes_(bytes), type_(type) {}

  TensorView Next(std::vector<int64_t> shape) {
    uint64_t count = 0;
    formats::CountElements(shape, &count);
    const TensorView view = formats::ContiguousView(type_, std::move(shape), bytes_);
    bytes_.remove_prefix(count * formats::BytesPerElement(type_));
    return view;
  }

 private:
  std::string_view bytes_;
  TensorType type_;
};

[[noreturn]] void FailLlmc(std::string_view what, const std::string& file) {
  throw Error(ErrorKind::kInput, fmt::format("no model of llm.c that can be read: {}", what), file);
}

void PutView(StoredModel* model, const std::string& name, const TensorView& view) {
  model->parameters[name] = {view, view.shape};
}

std::string LayerName(int64_t layer, const LlmcTensor& tensor) {
  return fmt::format("h.{}.{}", layer, tensor.name);
}

}  // namespace

bool LooksLikeLlmcModel(std::string_view bytes) {
  int32_t magic = 0;
  if (bytes.size() < kHeaderBytes) return false;
  std::memcpy(&magic, bytes.data(), sizeof magic);
  return magic == kLlmcMagic;
}

void ReadLlmcModel(std::string_view bytes, const std::string& file, StoredModel* model) {
  LlmcNumbers header;
  std::memcpy(header.data(), bytes.data(), kHeaderBytes);
  if (header[1] != kFp32Version && header[1] != kBf16Version) {
    FailLlmc(fmt::format("its version is {}, not 3 (fp32) or 5 (bf16); write it with a newer llm.c",
                         header[1]),
             file);
  }
  model->file = file;
  ModelConfig& config = model->config;
  config.positions = header[2];
  config.vocab = header[3];
  config.layers = header[4];
  config.heads = header[5];
  config.hidden = header[6];
  Validate(config);
  const int64_t padded = header[7], c = config.hidden;
  if (padded < config.vocab) FailLlmc("its padded vocabulary is smaller than the other", file);
  ModelConfig stored = config;
  stored.vocab = padded;
  Validate(stored);
  const TensorType type = header[1] == kFp32Version ? TensorType::kF32 : TensorType::kBF16;
  const uint64_t expected =
      static_cast<uint64_t>(CountParameters(stored)) * formats::BytesPerElement(type);
  if (bytes.size() - kHeaderBytes != expected) {
    FailLlmc(fmt::format("it has {} bytes, its header asks for {}; it is cut short or damaged",
                         bytes.size(), expected + kHeaderBytes),
             file);
  }
  LlmcCursor cursor(bytes.substr(kHeaderBytes), type);
  PutView(model, "wte.weight", formats::FirstRows(cursor.Next({padded, c}), config.vocab));
  PutView(model, "wpe.weight", cursor.Next({config.positions, c}));
  for (const LlmcTensor& tensor : kLayerTensors) {
    std::vector<int64_t> shape = {config.layers, tensor.out * c};
    if (tensor.in > 0) shape.push_back(tensor.in * c);
    const TensorView all = cursor.Next(std::move(shape));
    for (int64_t layer = 0; layer < config.layers; ++layer) {
      const TensorView view = formats::Select(all, layer);
      PutView(model, LayerName(layer, tensor), tensor.in > 0 ? formats::Transposed(view) : view);
    }
  }
  PutView(model, "ln_f.weight", cursor.Next({c}));
  PutView(model, "ln_f.bias", cursor.Next({c}));
}

void WriteLlmcModel(const StoredModel& model, Precision precision, const std::string& path) {
  const ModelConfig& config = model.config;
  if (config.exact_gelu) {
    throw Error(ErrorKind::kInput,
                "it computes the exact GELU, as nanoGPT does, and llm.c the tanh approximation",
                model.file);
  }
  const int64_t padded = PaddedVocab(config.vocab, kVocabMultiple), c = config.hidden;
  LlmcNumbers header = {};
  const int64_t numbers[] = {kLlmcMagic,
                             precision == Precision::kFp32 ? kFp32Version : kBf16Version,
                             config.positions,
                             config.vocab,
                             config.layers,
                             config.heads,
                             c,
                             padded};
  for (size_t i = 0; i < std::size(numbers); ++i) header[i] = static_cast<int32_t>(numbers[i]);
  OutputFile file(path);
  file.Write({reinterpret_cast<const char*>(header.data()), kHeaderBytes});
  NumberWriter writer(model, precision, &file);
  writer.Write("wte.weight", {config.vocab, c}, false);
  writer.WriteZeros((padded - config.vocab) * c);
  writer.Write("wpe.weight", {config.positions, c}, false);
  for (const LlmcTensor& tensor : kLayerTensors) {
    for (int64_t layer = 0; layer < config.layers; ++layer) {
      std::vector<int64_t> shape = {tensor.out * c};
      if (tensor.in > 0) shape.insert(shape.begin(), tensor.in * c);
      writer.Write(LayerName(layer, tensor), shape, tensor.in > 0);
    }
  }
  writer.Write("ln_f.weight", {c}, false);
  writer.Write("ln_f.bias", {c}, false);
  file.Commit();
}

}  // namespace owt::trainer
