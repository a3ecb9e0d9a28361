#pragma once

#include <cuda_bf16.h>

// What kernels of this folder share: values travel through memory eight at a time (16 bytes of
// bf16, 32 of fp32) and are computed with in fp32.
namespace owt::trainer {

constexpr int kPack = 8;
constexpr int kWarp = 32;

struct Floats {
  float v[kPack];
};

// Eight values as they come from memory: in bf16 half the registers of Floats.
struct RawFloats {
  float4 a, b;
};

__device__ inline RawFloats LoadRaw(const float* from) {
  const auto* const halves = reinterpret_cast<const float4*>(from);
  return {halves[0], halves[1]};
}

__device__ inline uint4 LoadRaw(const __nv_bfloat16* from) {
  return *reinterpret_cast<const uint4*>(from);
}

__device__ inline Floats Unpack(const RawFloats& raw) {
  return {{raw.a.x, raw.a.y, raw.a.z, raw.a.w, raw.b.x, raw.b.y, raw.b.z, raw.b.w}};
}

__device__ inline Floats Unpack(const uint4& raw) {
  const unsigned words[] = {raw.x, raw.y, raw.z, raw.w};
  Floats to;
#pragma unroll
  for (int i = 0; i < kPack / 2; ++i) {  // bf16 is the upper half of fp32
    to.v[2 * i] = __uint_as_float(words[i] << 16);
    to.v[2 * i + 1] = __uint_as_float(words[i] & 0xFFFF0000u);
  }
  return to;
}

template <class T>
__device__ inline Floats Load(const T* from) {
  return Unpack(LoadRaw(from));
}

__device__ inline void Store(float* to, const Floats& from) {
  auto* const halves = reinterpret_cast<float4*>(to);
  halves[0] = {from.v[0], from.v[1], from.v[2], from.v[3]};
  halves[1] = {from.v[4], from.v[5], from.v[6], from.v[7]};
}

__device__ inline void Store(__nv_bfloat16* to, const Floats& from) {
  union {
    uint4 raw;
    __nv_bfloat162 pairs[kPack / 2];
  } words;

#pragma unroll
  for (int i = 0; i < kPack / 2; ++i) {
    words.pairs[i] = __floats2bfloat162_rn(from.v[2 * i], from.v[2 * i + 1]);
  }
  *reinterpret_cast<uint4*>(to) = words.raw;
}

// The value as it will be read back from memory of type T.
template <class T>
__device__ inline float Rounded(float x);

template <>
__device__ inline float Rounded<float>(float x) {
  return x;
}

template <>
__device__ inline float Rounded<__nv_bfloat16>(float x) {
  return __bfloat162float(__float2bfloat16(x));
}

__device__ inline Floats Add(Floats a, const Floats& b) {
#pragma unroll
  for (int i = 0; i < kPack; ++i) a.v[i] += b.v[i];
  return a;
}

// The sum over a warp, in every lane.
__device__ inline float WarpSum(float x) {
#pragma unroll
  for (int offset = kWarp / 2; offset > 0; offset /= 2) {
    x += __shfl_xor_sync(0xFFFFFFFFu, x, offset);
  }
  return x;
}

}  // namespace owt::trainer
