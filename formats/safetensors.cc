#include "formats/safetensors.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <cstring>
#include <unordered_set>

#include "pipeline/error.h"
#include "pipeline/json_string.h"

namespace owt::formats {
namespace {

constexpr std::string_view kMetadataKey = "__metadata__";

struct TypeRow {
  TensorType type;
  std::string_view name;
  size_t bytes;
};

// In the order of the enumeration.
constexpr TypeRow kTypes[] = {
    {TensorType::kBool, "BOOL", 1}, {TensorType::kU8, "U8", 1},   {TensorType::kI8, "I8", 1},
    {TensorType::kI16, "I16", 2},   {TensorType::kU16, "U16", 2}, {TensorType::kF16, "F16", 2},
    {TensorType::kBF16, "BF16", 2}, {TensorType::kI32, "I32", 4}, {TensorType::kU32, "U32", 4},
    {TensorType::kF32, "F32", 4},   {TensorType::kI64, "I64", 8}, {TensorType::kU64, "U64", 8},
    {TensorType::kF64, "F64", 8},
};

[[noreturn]] void Malformed(const std::string& file, std::string_view what) {
  throw Error(ErrorKind::kInput, fmt::format("no valid safetensors file: {}", what), file);
}

// Bytes of a tensor of that shape; false where they pass 2^62.
bool TensorBytes(const std::vector<int64_t>& shape, TensorType type, uint64_t* bytes) {
  unsigned __int128 product = BytesPerElement(type);
  bool empty = false;
  for (const int64_t size : shape) {
    if (size == 0) empty = true;
    // A zero anywhere empties the tensor, but must not hide an absurd size before it.
    if (size != 0) product *= static_cast<uint64_t>(size);
    if (product > (uint64_t{1} << 62)) return false;
  }
  *bytes = empty ? 0 : static_cast<uint64_t>(product);
  return true;
}

// One entry of the header. simdjson reports a missing key and a wrong type alike as an error.
TensorInfo ParseTensor(std::string_view name, simdjson::dom::element value, uint64_t data_bytes,
                       const std::string& file) {
  TensorInfo tensor;
  tensor.name = name;
  std::string_view type;
  if (value["dtype"].get(type)) Malformed(file, fmt::format("'{}' has no dtype", name));
  const auto* row = std::find_if(std::begin(kTypes), std::end(kTypes),
                                 [type](const TypeRow& r) { return r.name == type; });
  if (row == std::end(kTypes)) {
    Malformed(file, fmt::format("'{}' has the unknown dtype '{}'", name, type));
  }
  tensor.type = row->type;
  simdjson::dom::array shape, offsets;
  if (value["shape"].get(shape)) Malformed(file, fmt::format("'{}' has no shape", name));
  for (const simdjson::dom::element element : shape) {
    uint64_t size = 0;
    if (element.get(size) || size > (uint64_t{1} << 62) ||
        tensor.shape.size() == kMaxTensorDimensions) {
      Malformed(file, fmt::format("'{}' has an impossible shape", name));
    }
    tensor.shape.push_back(static_cast<int64_t>(size));
  }
  uint64_t begin = 0, end = 0;
  if (value["data_offsets"].get(offsets) || offsets.size() != 2 || offsets.at(0).get(begin) ||
      offsets.at(1).get(end) || begin > end || end > data_bytes) {
    Malformed(file, fmt::format("'{}' has data_offsets outside the file", name));
  }
  uint64_t bytes = 0;
  if (!TensorBytes(tensor.shape, tensor.type, &bytes) || bytes != end - begin) {
    Malformed(file, fmt::format("'{}' has {} bytes of data, not what its shape needs", name,
                                end - begin));
  }
  tensor.offset = begin;
  tensor.bytes = bytes;
  return tensor;
}

TensorMetadata ParseMetadata(simdjson::dom::element value, const std::string& file) {
  simdjson::dom::object object;
  if (value.get(object)) Malformed(file, "__metadata__ is no object");
  TensorMetadata metadata;
  for (const auto& [key, element] : object) {
    std::string_view text;
    if (element.get(text)) Malformed(file, fmt::format("metadata '{}' is no text", key));
    metadata.emplace(key, text);
  }
  return metadata;
}

// The tensors must cover the data exactly: a gap could hide anything, an overlap is a lie.
void CheckCover(const std::vector<TensorInfo>& tensors, uint64_t data_bytes,
                const std::string& file) {
  uint64_t expected = 0;
  for (const TensorInfo& tensor : tensors) {
    if (tensor.offset != expected) {
      Malformed(file,
                fmt::format("'{}' does not start where the tensor before it ends", tensor.name));
    }
    expected += tensor.bytes;
  }
  if (expected != data_bytes) {
    Malformed(file, fmt::format("the tensors have {} bytes, the file {}", expected, data_bytes));
  }
}

}  // namespace

std::string_view TensorTypeName(TensorType type) { return kTypes[static_cast<size_t>(type)].name; }

size_t BytesPerElement(TensorType type) { return kTypes[static_cast<size_t>(type)].bytes; }

std::string MakeSafetensorsHeader(std::vector<TensorInfo>& tensors,
                                  const TensorMetadata& metadata) {
  std::string json = "{";
  if (!metadata.empty()) {
    AppendJsonString(kMetadataKey, &json);
    json += ":{";
    for (const auto& [key, value] : metadata) {
      if (json.back() != '{') json += ',';
      AppendJsonString(key, &json);
      json += ':';
      AppendJsonString(value, &json);
    }
    json += '}';
  }
  uint64_t offset = 0;
  for (TensorInfo& tensor : tensors) {
    if (!TensorBytes(tensor.shape, tensor.type, &tensor.bytes)) {
      throw Error(ErrorKind::kInternal, fmt::format("tensor '{}' is too large", tensor.name));
    }
    if (json.size() > 1) json += ',';
    AppendJsonString(tensor.name, &json);
    json += fmt::format(":{{\"dtype\":\"{}\",\"shape\":[{}],\"data_offsets\":[{},{}]}}",
                        TensorTypeName(tensor.type), fmt::join(tensor.shape, ","), offset,
                        offset + tensor.bytes);
    tensor.offset = offset;
    offset += tensor.bytes;
  }
  json += '}';
  json.resize((json.size() + 7) / 8 * 8, ' ');  // aligns the tensors for readers that map them
  const uint64_t length = json.size();
  std::string header(sizeof length, '\0');
  std::memcpy(header.data(), &length, sizeof length);
  for (TensorInfo& tensor : tensors) tensor.offset += sizeof length + length;
  return header + json;
}

SafetensorsLayout ParseSafetensorsHeader(std::string_view json, uint64_t data_bytes,
                                         const std::string& file) {
  simdjson::dom::parser parser(kMaxSafetensorsHeader);
  simdjson::dom::object object;
  if (const auto error =
          parser.parse(json.data(), json.size(), /*realloc_if_needed=*/true).get(object)) {
    Malformed(file,
              fmt::format("the header is no JSON object ({})", simdjson::error_message(error)));
  }
  SafetensorsLayout layout;
  std::unordered_set<std::string_view> names;
  for (const auto& [key, value] : object) {
    if (!names.insert(key).second) Malformed(file, fmt::format("'{}' occurs twice", key));
    if (key == kMetadataKey) {
      layout.metadata = ParseMetadata(value, file);
    } else {
      layout.tensors.push_back(ParseTensor(key, value, data_bytes, file));
    }
  }
  std::stable_sort(layout.tensors.begin(), layout.tensors.end(),
                   [](const TensorInfo& a, const TensorInfo& b) {
                     return a.offset != b.offset ? a.offset < b.offset : a.bytes < b.bytes;
                   });
  CheckCover(layout.tensors, data_bytes, file);
  return layout;
}

SafetensorsReader::SafetensorsReader(const std::string& path) : file_(Fd::OpenRead(path)) {
  const uint64_t size = file_.Size();
  uint64_t length = 0;
  if (size < sizeof length ||
      file_.ReadAt(reinterpret_cast<char*>(&length), sizeof length, 0) != sizeof length) {
    Malformed(path, "it is shorter than 8 bytes");
  }
  if (length > size - sizeof length || length > kMaxSafetensorsHeader) {
    Malformed(path, fmt::format("a header of {} bytes in a file of {}", length, size));
  }
  std::string json(length, '\0');
  if (file_.ReadAt(json.data(), length, sizeof length) != length) {
    Malformed(path, "it ends inside the header");
  }
  layout_ = ParseSafetensorsHeader(json, size - sizeof length - length, path);
  for (TensorInfo& tensor : layout_.tensors) tensor.offset += sizeof length + length;
}

const TensorInfo* SafetensorsReader::Find(std::string_view name) const {
  const auto found = std::find_if(layout_.tensors.begin(), layout_.tensors.end(),
                                  [name](const TensorInfo& t) { return t.name == name; });
  return found == layout_.tensors.end() ? nullptr : &*found;
}

void SafetensorsReader::Read(const TensorInfo& tensor, std::span<std::byte> out) const {
  auto* to = reinterpret_cast<char*>(out.data());
  size_t done = 0;
  while (done < out.size()) {
    const size_t got = file_.ReadAt(to + done, out.size() - done, tensor.offset + done);
    if (got == 0) Malformed(file_.path(), fmt::format("it ends inside '{}'", tensor.name));
    done += got;
  }
}

}  // namespace owt::formats
