#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

// TensorBoard's event files, little endian: records of
//   u64 length, u32 masked CRC-32C of these 8 bytes, the bytes, u32 masked CRC-32C of them
// each with a protocol buffer `Event` (tensorflow/core/util/event.proto), of which we write
//   1 wall_time double, 2 step int64, 3 file_version, 7 session_log {1 status}
//   5 summary {1 repeated value {1 tag, 2 simple_value float}}
namespace owt::trainer {

struct Scalar {
  std::string_view tag;
  double value = 0;  // stored as fp32
};

// The record that a file begins with.
std::string EventFileStart(double wall_time);

std::string ScalarEvent(double wall_time, int64_t step, std::span<const Scalar> scalars);

// A series over samples instead of iterations has this behind its name, as Megatron-LM's have.
inline constexpr std::string_view kVersusSamples = " vs samples";

// How many bytes at the beginning of an event file stay when a run goes on after `iteration`, with
// `samples` used: up to the first event behind that, or the first damaged record. An event that
// cannot be understood stays.
uint64_t KeptEventBytes(std::string_view file, int64_t iteration, int64_t samples);

}  // namespace owt::trainer
