#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/fd.h"

namespace owt::formats {

// The safetensors layout, little endian:
//   u64      length of the header, J
//   J bytes  JSON object, may end in spaces: NAME -> {"dtype": "F32", "shape": [2, 3],
//            "data_offsets": [begin, end]} with offsets from the end of the header; and optionally
//            "__metadata__" -> {text: text}
//   rest     the tensors, row by row; together they cover the rest without gap or overlap

enum class TensorType {
  kBool,
  kU8,
  kI8,
  kI16,
  kU16,
  kF16,
  kBF16,
  kI32,
  kU32,
  kF32,
  kI64,
  kU64,
  kF64
};

// "F32", "BF16", ...
std::string_view TensorTypeName(TensorType type);
size_t BytesPerElement(TensorType type);

struct TensorInfo {
  std::string name;
  TensorType type = TensorType::kF32;
  std::vector<int64_t> shape;  // empty for a single number
  uint64_t offset = 0;         // of its first byte in the file
  uint64_t bytes = 0;
};

using TensorMetadata = std::map<std::string, std::string>;

struct SafetensorsLayout {
  std::vector<TensorInfo> tensors;  // in the order of their offsets
  TensorMetadata metadata;
};

// Limits on what a header may ask for.
inline constexpr uint64_t kMaxSafetensorsHeader = 100'000'000;  // bytes; the reference reader's
inline constexpr size_t kMaxTensorDimensions = 8;

// Gives each tensor its offset and length, in the order given, and returns the bytes that come
// before the first one. REQUIRES: names are unique and not "__metadata__".
std::string MakeSafetensorsHeader(std::vector<TensorInfo>& tensors, const TensorMetadata& metadata);

// Checks and decodes the JSON of a header; `data_bytes` is what follows it in the file. Throws
// Error{kInput} naming `file` and the tensor for anything that is not exactly the layout above.
SafetensorsLayout ParseSafetensorsHeader(std::string_view json, uint64_t data_bytes,
                                         const std::string& file);

// A safetensors file for reading. Holds the header only; tensors are read on request.
class SafetensorsReader {
 public:
  // Throws Error{kInput} when the file is missing or malformed.
  explicit SafetensorsReader(const std::string& path);

  const std::vector<TensorInfo>& tensors() const { return layout_.tensors; }

  const TensorMetadata& metadata() const { return layout_.metadata; }

  // nullptr where there is none. Linear in the number of tensors.
  const TensorInfo* Find(std::string_view name) const;

  // Reads one tensor. REQUIRES: out.size() == tensor.bytes.
  void Read(const TensorInfo& tensor, std::span<std::byte> out) const;

 private:
  Fd file_;
  SafetensorsLayout layout_;
};

}  // namespace owt::formats
