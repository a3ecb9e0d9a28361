// model_probe MODEL TOKENS ROWS STEPS OUT DEVICE fp32|bf16 autograd|written [DOCUMENTS]: what
// gpt2_torch.py compares with transformers, and documents_torch.py with DOCUMENTS, the id that ends
// documents and the letters p, a, l for reset positions, reset attention and masked loss. Loads the
// model MODEL, as --checkpoint names one, and ROWS rows of int64 ids from TOKENS. Prints the loss
// and the L2 norm of the gradients; then STEPS times AdamW on the same rows (learning rate 1e-3,
// weight decay 0.1, clipped to 1), printing the loss before each. Gradients are autograd's, or
// those that are written out, on a GPU with the update that belongs to them. Writes into OUT:
//   first.safetensors  "logits" and "grad.NAME" before any step
//   last.safetensors   "logits" after the steps
//   iter_*             a checkpoint after the steps
#include <ATen/ATen.h>
#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <optional>
#include <string_view>

#include "formats/safetensors.h"
#include "pipeline/output_file.h"
#include "trainer/checkpoint/checkpoint.h"
#include "trainer/checkpoint/folder.h"
#include "trainer/data/batch.h"
#include "trainer/device.h"
#include "trainer/model/autocast.h"
#include "trainer/model/backprop.h"
#include "trainer/optim/clip.h"

#ifdef OWT_HAVE_CUDA
#include "trainer/optim/device_update.h"
#endif

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

// Loss and gradients, the norm, and the update, by one of two ways.
class Way {
 public:
  Way(const Gpt2& model, const TokenBatch& batch, Precision precision)
      : model_(model),
        batch_(batch),
        precision_(precision),
        optimizer_(model.parameters(), TrainConfig{}) {}

  virtual ~Way() = default;

  virtual at::Tensor LossAndGradients() {
    for (const Parameter& parameter : model_.parameters()) {
      at::Tensor value = parameter.value;
      value.mutable_grad() = at::Tensor();
    }
    at::Tensor loss;
    {
      const Autocast autocast(precision_, model_.device().type());
      loss = model_.Loss(batch_.inputs_BT, batch_.targets_BT, batch_.documents);
    }
    loss.backward();
    return loss;
  }

  virtual void Update(const at::Tensor& /*loss*/, double rate) {
    ClipGradients(model_.parameters(), GradientNorm(model_.parameters()), 1.0);
    optimizer_.Step(rate);
  }

  const AdamW& optimizer() const { return optimizer_; }

 protected:
  const Gpt2& model_;
  const TokenBatch& batch_;
  Precision precision_;
  AdamW optimizer_;
};

class WrittenWay : public Way {
 public:
  WrittenWay(const Gpt2& model, const TokenBatch& batch, Precision precision)
      : Way(model, batch, precision), backprop_(model, precision) {
#ifdef OWT_HAVE_CUDA
    if (model.device().is_cuda()) {
      update_.emplace(model.parameters(), backprop_.copies(), TrainConfig{}, &optimizer_);
    }
#endif
  }

  at::Tensor LossAndGradients() override {
    return backprop_.Run(batch_.inputs_BT, batch_.targets_BT, 1.0, false);
  }

  void Update(const at::Tensor& loss, double rate) override {
#ifdef OWT_HAVE_CUDA
    if (update_) {
      update_->SendInput(rate);
      update_->Launch(loss);
      update_->ReceiveResult();
      return;
    }
#endif
    Way::Update(loss, rate);
    backprop_.CopyWeights();
  }

 private:
  Backprop backprop_;
#ifdef OWT_HAVE_CUDA
  std::optional<DeviceUpdate> update_;
#endif
};

void Probe(const std::string& folder, const std::string& tokens_file, int64_t rows, int steps,
           const std::string& out, at::Device device, Precision precision, bool written,
           const DocumentOptions& documents) {
  const std::string checkpoint = ResolveCheckpoint(folder);
  const Gpt2 model(ReadModelConfig(checkpoint), device);
  LoadParameters(checkpoint, model);
  const std::string bytes = ReadSmallFile(tokens_file, 1 << 24);
  const TokenBatch batch =
      MakeBatch({reinterpret_cast<const int64_t*>(bytes.data()), bytes.size() / sizeof(int64_t)},
                rows, device, documents);
  const auto logits = [&] {
    const Autocast autocast(precision, device.type());
    return model.Logits(model.Hidden(batch.inputs_BT, nullptr, batch.documents));
  };
  std::unique_ptr<Way> way;
  if (written) {
    way = std::make_unique<WrittenWay>(model, batch, precision);
  } else {
    way = std::make_unique<Way>(model, batch, precision);
  }
  for (int step = 0; step <= steps; ++step) {
    const at::Tensor loss = way->LossAndGradients();
    std::printf("%.9g %.9g\n", loss.item<double>(), GradientNorm(model.parameters()));
    if (step == 0) {
      std::vector<std::pair<std::string, at::Tensor>> tensors = {{"logits", logits()}};
      for (const Parameter& parameter : model.parameters()) {
        tensors.emplace_back("grad." + parameter.name, parameter.value.grad());
      }
      WriteTensors(out + "/first.safetensors", tensors);
    }
    if (step < steps) way->Update(loss, 1e-3);
  }
  WriteTensors(out + "/last.safetensors", {{"logits", logits()}});
  TrainState state;
  state.iteration = steps;
  SaveCheckpoint(out, model, way->optimizer(), state);
}

DocumentOptions ParseDocuments(const std::string& text) {
  const auto has = [&](char letter) { return text.find(letter) != std::string::npos; };
  return {has('p'), has('a'), has('l'), std::atoll(text.c_str())};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 9 && argc != 10) return 2;
  const Precision precision =
      argv[7] == std::string_view("bf16") ? Precision::kBf16 : Precision::kFp32;
  Probe(argv[1], argv[2], std::atoll(argv[3]), std::atoi(argv[4]), argv[5], OpenDevice(argv[6]),
        precision, argv[8] == std::string_view("written"),
        argc == 10 ? ParseDocuments(argv[9]) : DocumentOptions{});
  return 0;
}
