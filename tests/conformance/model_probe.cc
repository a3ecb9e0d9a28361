// model_probe MODEL TOKENS ROWS STEPS OUT DEVICE fp32|bf16: what gpt2_torch.py compares with
// transformers. Loads the model in the folder MODEL and ROWS rows of int64 ids from TOKENS. Prints
// the loss and the L2 norm of the gradients; then STEPS times AdamW on the same rows (learning rate
// 1e-3, weight decay 0.1, clipped to 1), printing the loss before each. Writes into OUT:
//   first.safetensors  "logits" and "grad.NAME" before any step
//   last.safetensors   "logits" after the steps
//   iter_*             a checkpoint after the steps
#include <ATen/ATen.h>
#include <fmt/format.h>

#include <cstdio>
#include <string_view>

#include "formats/safetensors.h"
#include "pipeline/output_file.h"
#include "trainer/checkpoint/checkpoint.h"
#include "trainer/checkpoint/folder.h"
#include "trainer/data/batch.h"
#include "trainer/device.h"
#include "trainer/model/autocast.h"
#include "trainer/optim/clip.h"

namespace {

using namespace owt;
using namespace owt::trainer;

void WriteTensors(const std::string& path,
                  const std::vector<std::pair<std::string, at::Tensor>>& tensors) {
  std::vector<formats::TensorInfo> infos;
  for (const auto& [name, tensor] : tensors) {
    infos.push_back({name, formats::TensorType::kF32, tensor.sizes().vec(), 0, 0});
  }
  OutputFile file(path);
  file.Write(formats::MakeSafetensorsHeader(infos, {}));
  for (const auto& [name, tensor] : tensors) {
    const at::Tensor flat = tensor.detach().to(at::kCPU, at::kFloat).contiguous();
    file.Write({static_cast<const char*>(flat.const_data_ptr()), flat.nbytes()});
  }
  file.Commit();
}

void Probe(const std::string& folder, const std::string& tokens_file, int64_t rows, int steps,
           const std::string& out, at::Device device, Precision precision) {
  const Gpt2 model(ReadModelConfig(folder), device);
  LoadParameters(folder, model);
  const std::string bytes = ReadSmallFile(tokens_file, 1 << 24);
  const TokenBatch batch =
      MakeBatch({reinterpret_cast<const int64_t*>(bytes.data()), bytes.size() / sizeof(int64_t)},
                rows, device);
  const auto logits = [&] {
    const Autocast autocast(precision, device.type());
    return model.Logits(model.Hidden(batch.inputs_BT));
  };
  AdamW optimizer(model.parameters(), TrainConfig{});
  for (int step = 0; step <= steps; ++step) {
    for (const Parameter& parameter : model.parameters()) {
      at::Tensor value = parameter.value;
      value.mutable_grad() = at::Tensor();
    }
    at::Tensor loss;
    {
      const Autocast autocast(precision, device.type());
      loss = model.Loss(batch.inputs_BT, batch.targets_BT);
    }
    loss.backward();
    const double norm = GradientNorm(model.parameters());
    std::printf("%.9g %.9g\n", loss.item<double>(), norm);
    if (step == 0) {
      std::vector<std::pair<std::string, at::Tensor>> tensors = {{"logits", logits()}};
      for (const Parameter& parameter : model.parameters()) {
        tensors.emplace_back("grad." + parameter.name, parameter.value.grad());
      }
      WriteTensors(out + "/first.safetensors", tensors);
    }
    if (step == steps) break;
    ClipGradients(model.parameters(), norm, 1.0);
    optimizer.Step(1e-3);
  }
  WriteTensors(out + "/last.safetensors", {{"logits", logits()}});
  SaveCheckpoint(out, model, optimizer, {steps, 0, 0, 0});
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 8) return 2;
  const Precision precision =
      argv[7] == std::string_view("bf16") ? Precision::kBf16 : Precision::kFp32;
  Probe(argv[1], argv[2], std::atoll(argv[3]), std::atoi(argv[4]), argv[5], OpenDevice(argv[6]),
        precision);
  return 0;
}
