#pragma once

#include <zlib.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace owt::tests {

// Writes pickles of protocol 2 and archives as torch.save does, and, where a test wants it, as it
// never would.
template <class T>
std::string LittleEndian(T value) {
  std::string bytes(sizeof value, '\0');
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}

inline std::string PickleText(std::string_view text) {
  return "X" + LittleEndian(static_cast<uint32_t>(text.size())) + std::string(text);
}

inline std::string PickleInteger(int64_t value) {
  return std::string("\x8a\x08", 2) + LittleEndian(value);
}

inline std::string PickleReal(double value) {
  std::string bytes = LittleEndian(value);
  return "G" + std::string(bytes.rbegin(), bytes.rend());
}

inline std::string PickleFlag(bool value) { return value ? "\x88" : "\x89"; }

inline std::string PickleTuple(const std::vector<int64_t>& values) {
  std::string bytes = "(";
  for (const int64_t value : values) bytes += PickleInteger(value);
  return bytes + "t";
}

using PickleEntries = std::vector<std::pair<std::string, std::string>>;  // key, pickled value

inline std::string PickleDict(const PickleEntries& entries) {
  std::string bytes = "}(";
  for (const auto& [key, value] : entries) bytes += PickleText(key) + value;
  return bytes + "u";
}

inline std::string PickleNamespace(const PickleEntries& entries) {
  return "cargparse\nNamespace\n)\x81" + PickleDict(entries) + "b";
}

// A tensor in the storage `key` of `elements` elements.
inline std::string PickleTensor(std::string_view key, std::string_view storage_type,
                                int64_t elements, int64_t offset, const std::vector<int64_t>& shape,
                                const std::vector<int64_t>& strides) {
  return "ctorch._utils\n_rebuild_tensor_v2\n((" + PickleText("storage") + "ctorch\n" +
         std::string(storage_type) + "\n" + PickleText(key) + PickleText("cpu") +
         PickleInteger(elements) + "tQ" + PickleInteger(offset) + PickleTuple(shape) +
         PickleTuple(strides) + PickleFlag(false) + "ccollections\nOrderedDict\n)RtR";
}

inline std::string WholePickle(std::string_view value) {
  return std::string("\x80\x02") + std::string(value) + ".";
}

using ZipFiles = std::vector<std::pair<std::string, std::string>>;  // name, content

inline uint32_t ZipCrc(std::string_view bytes) {
  return static_cast<uint32_t>(
      crc32_z(0, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()));
}

inline std::string StoredZipBytes(const ZipFiles& files) {
  std::string bytes, directory;
  for (const auto& [name, content] : files) {
    const auto size = static_cast<uint32_t>(content.size());
    const std::string sizes = LittleEndian(ZipCrc(content)) + LittleEndian(size) +
                              LittleEndian(size) + LittleEndian(static_cast<uint16_t>(name.size()));
    const std::string versions(10, '\0');  // version, flags, method, time, date
    directory += std::string("PK\1\2\0\0", 6) + versions + sizes + std::string(12, '\0') +
                 LittleEndian(static_cast<uint32_t>(bytes.size())) + name;
    bytes += std::string("PK\3\4", 4) + versions + sizes + std::string(2, '\0') + name + content;
  }
  const auto count = static_cast<uint16_t>(files.size());
  return bytes + directory + std::string("PK\5\6\0\0\0\0", 8) + LittleEndian(count) +
         LittleEndian(count) + LittleEndian(static_cast<uint32_t>(directory.size())) +
         LittleEndian(static_cast<uint32_t>(bytes.size())) + std::string(2, '\0');
}

// An archive of torch.save: the pickled value and the storages under their keys.
inline std::string TorchFileBytes(std::string_view value, const ZipFiles& storages) {
  ZipFiles files = {{"archive/data.pkl", WholePickle(value)}, {"archive/byteorder", "little"}};
  for (const auto& [key, bytes] : storages) files.emplace_back("archive/data/" + key, bytes);
  files.emplace_back("archive/version", "3\n");
  return StoredZipBytes(files);
}

}  // namespace owt::tests
