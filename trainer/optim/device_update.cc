#include "trainer/optim/device_update.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>

#include <cmath>
#include <cstring>

#include "trainer/model/cuda_call.h"

namespace owt::trainer {
namespace {

at::Tensor Bytes(size_t size, bool pinned) {
  return at::empty({static_cast<int64_t>(size)},
                   at::TensorOptions().dtype(at::kByte).pinned_memory(pinned));
}

template <class T>
at::Tensor ToDevice(const std::vector<T>& values, at::Device device) {
  const at::Tensor host = Bytes(values.size() * sizeof(T), false);
  std::memcpy(host.mutable_data_ptr(), values.data(), values.size() * sizeof(T));
  return host.to(device);
}

}  // namespace

DeviceUpdate::DeviceUpdate(const std::vector<Parameter>& parameters,
                           const std::vector<at::Tensor>& copies, const TrainConfig& config,
                           AdamW* optimizer)
    : optimizer_(optimizer),
      config_(config),
      constants_{static_cast<float>(config.beta1), static_cast<float>(config.beta2),
                 static_cast<float>(config.epsilon), static_cast<float>(config.clip_grad)} {
  std::vector<UpdateTensor> tensors;
  std::vector<UpdateChunk> chunks;
  for (size_t i = 0; i < parameters.size(); ++i) {
    const at::Tensor value = parameters[i].value.detach(), gradient = parameters[i].value.grad();
    const at::Tensor copy = copies.empty() ? at::Tensor() : copies[i];
    tensors.push_back({Data<float>(value), Data<float>(gradient), Data<float>(optimizer->mean()[i]),
                       Data<float>(optimizer->square()[i]), Data<__nv_bfloat16>(copy),
                       value.numel(),
                       value.dim() >= 2 ? static_cast<float>(config.weight_decay) : 0.0f});
    kept_.insert(kept_.end(), {value, gradient, copy});
    for (int64_t begin = 0; begin < value.numel(); begin += kUpdateChunk) {
      chunks.push_back({static_cast<int32_t>(i), static_cast<int32_t>(begin / kUpdateChunk)});
    }
  }
  const at::Device device = parameters[0].value.device();
  num_chunks_ = static_cast<int>(chunks.size());
  tensors_ = ToDevice(tensors, device);
  chunks_ = ToDevice(chunks, device);
  sums_ = at::empty({num_chunks_}, at::TensorOptions().dtype(at::kFloat).device(device));
  input_ = Bytes(sizeof(UpdateInput), false).to(device);
  result_ = Bytes(sizeof(UpdateResult), false).to(device);
  host_input_ = Bytes(sizeof(UpdateInput), true);
  host_result_ = Bytes(sizeof(UpdateResult), true);
}

UpdateTable DeviceUpdate::table() const {
  return {Data<UpdateTensor>(tensors_), Data<UpdateChunk>(chunks_), num_chunks_};
}

void DeviceUpdate::Launch(const at::Tensor& loss) const {
  GradientNormAndFactor(table(), constants_, Data<float>(loss), Data<float>(sums_),
                        Data<UpdateResult>(result_), StreamOf(sums_));
  C10_CUDA_KERNEL_LAUNCH_CHECK();
  UpdateAll(table(), constants_, Data<UpdateInput>(input_), Data<UpdateResult>(result_),
            StreamOf(sums_));
  C10_CUDA_KERNEL_LAUNCH_CHECK();
}

void DeviceUpdate::SendInput(double learning_rate) {
  const auto step = static_cast<double>(optimizer_->steps() + 1);
  *Data<UpdateInput>(host_input_) = {
      static_cast<float>(learning_rate), static_cast<float>(1.0 - std::pow(config_.beta1, step)),
      static_cast<float>(std::sqrt(1.0 - std::pow(config_.beta2, step)))};
  input_.copy_(host_input_, /*non_blocking=*/true);
}

UpdateResult DeviceUpdate::ReceiveResult() {
  host_result_.copy_(result_, /*non_blocking=*/true);
  c10::cuda::getCurrentCUDAStream(result_.device().index()).synchronize();
  const UpdateResult result = *Data<UpdateResult>(host_result_);
  if (result.skip == 0) optimizer_->set_steps(optimizer_->steps() + 1);
  return result;
}

}  // namespace owt::trainer
