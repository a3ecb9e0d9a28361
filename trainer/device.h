#pragma once

#include <c10/core/Device.h>

#include <string>

namespace owt::trainer {

// "cpu", "cuda" or "cuda:1" as a device that is there. Throws Error{kUsage} saying what is missing.
c10::Device OpenDevice(const std::string& name);

// Whether the processor computes matrix products in bf16. One that does not is slower with bf16
// than with fp32, several times.
bool CpuHasBf16();

// Threads of LibTorch's operators, for the whole process. Results depend on it in the last bits.
void SetThreads(int threads);

// Largest amount of device memory in use so far, in bytes; 0 for the CPU.
int64_t PeakDeviceBytes(c10::Device device);

}  // namespace owt::trainer
