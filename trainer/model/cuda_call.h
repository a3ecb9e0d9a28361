#pragma once

#include <ATen/core/Tensor.h>
#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAStream.h>
#include <cuda_bf16.h>

// From tensors to the kernels of kernels/, for sources that are built with CUDA.
namespace owt::trainer {

// The elements as the type that kernels know; null for an undefined tensor.
template <class T>
T* Data(const at::Tensor& tensor) {
  return tensor.defined() ? static_cast<T*>(tensor.mutable_data_ptr()) : nullptr;
}

inline cudaStream_t StreamOf(const at::Tensor& tensor) {
  return c10::cuda::getCurrentCUDAStream(tensor.device().index());
}

// Calls call(T{}) with the kernels' type for a tensor of fp32 or bf16, then checks the launch.
template <class Call>
void Launch(const at::Tensor& tensor, Call call) {
  if (tensor.scalar_type() == at::kFloat) {
    call(float{});
  } else {
    TORCH_CHECK(tensor.scalar_type() == at::kBFloat16, "a kernel got ", tensor.scalar_type());
    call(__nv_bfloat16{});
  }
  C10_CUDA_KERNEL_LAUNCH_CHECK();
}

}  // namespace owt::trainer
