#include "trainer/device.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <fmt/format.h>

#include <charconv>

#include "pipeline/error.h"

#ifdef OWT_HAVE_CUDA
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAFunctions.h>
#endif

namespace owt::trainer {

c10::Device OpenDevice(const std::string& name) {
  if (name == "cpu") return c10::Device(c10::kCPU);
  const std::string_view rest = std::string_view(name).substr(std::min<size_t>(name.size(), 4));
  int index = 0;
  bool valid = name.starts_with("cuda");
  if (valid && !rest.empty()) {
    const auto [end, error] = std::from_chars(rest.data() + 1, rest.data() + rest.size(), index);
    valid = rest.size() > 1 && rest[0] == ':' && error == std::errc{} &&
            end == rest.data() + rest.size() && index >= 0;
  }
  if (!valid) {
    throw Error(ErrorKind::kUsage,
                fmt::format("--device takes cpu, cuda or cuda:N, not '{}'", name));
  }
#ifdef OWT_HAVE_CUDA
  const int count = c10::cuda::device_count();
  if (index >= count) {
    throw Error(ErrorKind::kUsage,
                fmt::format("--device {}: this machine has {} usable CUDA devices", name, count));
  }
  return c10::Device(c10::kCUDA, static_cast<c10::DeviceIndex>(index));
#else
  throw Error(ErrorKind::kUsage,
              fmt::format("--device {}: this build has no CUDA; it needs the CUDA toolkit 13 and "
                          "trainer/fetch_libtorch.sh cuda",
                          name));
#endif
}

bool CpuHasBf16() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512bf16");
#else
  return false;
#endif
}

void SetThreads(int threads) { at::set_num_threads(threads); }

int64_t PeakDeviceBytes([[maybe_unused]] c10::Device device) {
#ifdef OWT_HAVE_CUDA
  if (device.is_cuda()) {
    return c10::cuda::CUDACachingAllocator::getDeviceStats(device.index()).allocated_bytes[0].peak;
  }
#endif
  return 0;
}

}  // namespace owt::trainer
