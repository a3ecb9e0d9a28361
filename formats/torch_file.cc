// The layouts: torch/serialization.py. A pickle refers to a storage as a persistent id, the tuple
// ("storage", type, key, device, elements); a tensor is a call of torch._utils._rebuild_tensor_v2
// with a storage, an offset, a size and strides.
#include "formats/torch_file.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <cstring>

#include "formats/stored_zip.h"
#include "pipeline/error.h"

namespace owt::formats {
namespace {

struct TorchTypeRow {
  std::string_view storage, dtype;
  TensorType type;
};

constexpr TorchTypeRow kTorchTypes[] = {
    {"FloatStorage", "float32", TensorType::kF32},
    {"HalfStorage", "float16", TensorType::kF16},
    {"BFloat16Storage", "bfloat16", TensorType::kBF16},
    {"DoubleStorage", "float64", TensorType::kF64},
    {"LongStorage", "int64", TensorType::kI64},
    {"IntStorage", "int32", TensorType::kI32},
    {"ShortStorage", "int16", TensorType::kI16},
    {"CharStorage", "int8", TensorType::kI8},
    {"ByteStorage", "uint8", TensorType::kU8},
    {"BoolStorage", "bool", TensorType::kBool},
    {"", "uint16", TensorType::kU16},
    {"", "uint32", TensorType::kU32},
    {"", "uint64", TensorType::kU64},
};

// How the files from before PyTorch 1.6 begin: pickles of a number, of 1001, of the writer's sizes.
constexpr std::string_view kLegacyMagic("\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19", 10);
constexpr std::string_view kLegacyStart("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19",
                                        14);
constexpr int64_t kLegacyProtocol = 1001;

constexpr std::string_view kPickleName = "data.pkl";
constexpr int kMaxWrappers = 4;  // parameter of a tensor, ...

uint32_t Crc32(std::string_view bytes) {
  return static_cast<uint32_t>(
      crc32_z(0, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()));
}

}  // namespace

bool LooksLikeTorchFile(std::string_view bytes) {
  return LooksLikeZip(bytes) || bytes.starts_with(kLegacyStart);
}

TorchFile::TorchFile(std::string_view bytes, const std::string& file) : bytes_(bytes), file_(file) {
  if (LooksLikeZip(bytes)) {
    ReadArchive();
  } else if (bytes.starts_with(kLegacyStart)) {
    ReadLegacy();
  } else {
    Fail("it does not begin as torch.save begins a file");
  }
}

void TorchFile::Fail(std::string_view what) const {
  throw Error(ErrorKind::kInput, fmt::format("no PyTorch file that can be read: {}", what), file_);
}

void TorchFile::ReadArchive() {
  const std::vector<StoredZipEntry> entries = ReadStoredZip(bytes_, file_);
  const auto pickle = std::find_if(entries.begin(), entries.end(), [](const StoredZipEntry& entry) {
    return entry.name.ends_with(kPickleName) &&
           entry.name.find('/') + kPickleName.size() + 1 == entry.name.size();
  });
  if (pickle == entries.end()) Fail("the archive has no data.pkl");
  const std::string_view folder = pickle->name.substr(0, pickle->name.size() - kPickleName.size());
  const std::string data = std::string(folder) + "data/";
  for (const StoredZipEntry& entry : entries) {
    if (!entry.name.starts_with(folder)) continue;
    const std::string_view name = entry.name.substr(folder.size());
    if (name == "constants.pkl") Fail("it is a TorchScript program; save its state_dict instead");
    if (name == "byteorder" && entry.bytes != "little") Fail("its numbers are big endian");
    if (!entry.name.starts_with(data)) continue;
    Storage storage = {entry.bytes, std::nullopt};
    if (entry.crc32 != 0) storage.crc32 = entry.crc32;  // 0: written without
    if (!storages_.emplace(entry.name.substr(data.size()), storage).second) {
      Fail(fmt::format("'{}' is in it twice", entry.name));
    }
  }
  if (pickle->bytes.size() > kMaxPickleBytes) Fail("its data.pkl is larger than 64 MiB");
  if (pickle->crc32 != 0 && Crc32(pickle->bytes) != pickle->crc32) {
    Fail("its data.pkl is damaged: it does not have the archive's checksum");
  }
  uint64_t position = 0;
  tree_ = ReadPickle(pickle->bytes, &position, file_);
}

void TorchFile::ReadLegacy() {
  uint64_t position = 0;
  const PickleTree magic = ReadPickle(bytes_, &position, file_);
  const PickleTree protocol = ReadPickle(bytes_, &position, file_);
  if (magic[magic.root()].text != kLegacyMagic ||
      protocol[protocol.root()].integer != kLegacyProtocol) {
    Fail("its version is unknown");
  }
  ReadPickle(bytes_, &position, file_);  // the writer's byte order and sizes
  tree_ = ReadPickle(bytes_, &position, file_);
  const PickleTree keys = ReadPickle(bytes_, &position, file_);
  std::map<std::string_view, TensorType> types;
  for (PickleId id = 0; id < tree_.size(); ++id) {
    if (tree_[id].kind != PickleKind::kPersistent) continue;
    const StorageRef ref = ReadStorageRef(tree_[id]);
    types.emplace(ref.key, ref.type.value_or(TensorType::kU8));
  }
  for (const PickleId id : keys[keys.root()].items) {
    const auto type = types.find(keys[id].text);
    if (type == types.end()) Fail("a storage that nothing refers to is in it");
    uint64_t elements = 0;
    const uint64_t rest = bytes_.size() - position;
    if (rest >= sizeof elements) std::memcpy(&elements, bytes_.data() + position, sizeof elements);
    const size_t width = BytesPerElement(type->second);
    if (rest < sizeof elements || elements > (rest - sizeof elements) / width) {
      Fail("it ends inside a tensor; the file is cut short");
    }
    position += sizeof elements;
    if (!storages_.emplace(type->first, Storage{bytes_.substr(position, elements * width), {}})
             .second) {
      Fail("a storage is in it twice");
    }
    position += elements * width;
  }
}

// The name of a global in one of torch's modules.
std::optional<std::string_view> TorchFile::TorchName(PickleId id) const {
  const PickleValue& global = tree_[id];
  if (global.kind != PickleKind::kGlobal) return std::nullopt;
  for (const std::string_view module : {"torch", "torch._utils", "torch.storage", "torch.cuda"}) {
    if (global.text == module) return global.name;
  }
  return std::nullopt;
}

TorchFile::StorageRef TorchFile::ReadStorageRef(const PickleValue& persistent) const {
  const std::vector<PickleId>& items = tree_[persistent.argument].items;
  if (items.size() < 5 || tree_[items[0]].text != "storage" ||
      tree_[items[2]].kind != PickleKind::kText || tree_[items[4]].kind != PickleKind::kInteger ||
      tree_[items[4]].integer < 0) {
    Fail("a reference to a storage is malformed");
  }
  if (items.size() > 5 && tree_[items[5]].kind != PickleKind::kNone) {
    Fail("its storages are views of others, as PyTorch before 0.4 wrote them; save it again");
  }
  StorageRef ref;
  ref.key = tree_[items[2]].text;
  ref.elements = static_cast<uint64_t>(tree_[items[4]].integer);
  const std::string_view name = TorchName(items[1]).value_or("");
  for (const TorchTypeRow& row : kTorchTypes) {
    if (!name.empty() && row.storage == name) ref.type = row.type;
  }
  if (!ref.type && name != "UntypedStorage") {
    Fail(fmt::format("it has a storage of the unknown type '{}'", tree_[items[1]].name));
  }
  return ref;
}

std::string_view TorchFile::StorageBytes(const StorageRef& ref, TensorType type) {
  const auto found = storages_.find(ref.key);
  if (found == storages_.end()) Fail(fmt::format("its storage '{}' is missing", ref.key));
  Storage& storage = found->second;
  const uint64_t width = ref.type ? BytesPerElement(type) : 1;
  if (ref.elements > storage.bytes.size() / width) {
    Fail(fmt::format("its storage '{}' has {} bytes, but {} elements", ref.key,
                     storage.bytes.size(), ref.elements));
  }
  if (storage.crc32 && Crc32(storage.bytes) != *storage.crc32) {
    Fail(
        fmt::format("its storage '{}' is damaged: it does not have the archive's checksum; copy "
                    "or download the file again",
                    ref.key));
  }
  storage.crc32.reset();
  return storage.bytes.substr(0, ref.elements * width);
}

// --- Dicts
bool TorchFile::IsDict(PickleId id) const {
  const PickleValue& value = tree_[id];
  if (value.kind == PickleKind::kDict) return true;
  if (value.kind != PickleKind::kCall) return false;
  const PickleValue& callee = tree_[value.callee];
  if (callee.kind != PickleKind::kGlobal) return false;
  return (callee.text == "collections" && callee.name == "OrderedDict") ||
         (callee.text == "argparse" && callee.name == "Namespace") ||
         (callee.text == "types" && callee.name == "SimpleNamespace");
}

std::vector<std::pair<std::string_view, PickleId>> TorchFile::Entries(PickleId dict) const {
  std::vector<std::pair<std::string_view, PickleId>> entries;
  if (!IsDict(dict)) return entries;
  const PickleValue* value = &tree_[dict];
  // The attributes of a Namespace are its state.
  if (value->kind == PickleKind::kCall && tree_[value->callee].name != "OrderedDict") {
    value = &tree_[value->state];
    if (value->kind != PickleKind::kDict) return entries;
  }
  for (size_t i = 0; i + 1 < value->items.size(); i += 2) {
    const PickleValue& key = tree_[value->items[i]];
    if (key.kind == PickleKind::kText) entries.emplace_back(key.text, value->items[i + 1]);
  }
  return entries;
}

std::optional<PickleId> TorchFile::Find(PickleId dict, std::string_view key) const {
  std::optional<PickleId> found;
  for (const auto& [name, id] : Entries(dict)) {
    if (name == key) found = id;
  }
  return found;
}

std::optional<int64_t> TorchFile::Integer(PickleId dict, std::string_view key) const {
  const auto id = Find(dict, key);
  if (!id || tree_[*id].kind != PickleKind::kInteger) return std::nullopt;
  return tree_[*id].integer;
}

std::optional<double> TorchFile::Real(PickleId dict, std::string_view key) const {
  const auto id = Find(dict, key);
  if (id && tree_[*id].kind == PickleKind::kReal) return tree_[*id].real;
  if (id && tree_[*id].kind == PickleKind::kInteger) return static_cast<double>(tree_[*id].integer);
  return std::nullopt;
}

std::optional<bool> TorchFile::Flag(PickleId dict, std::string_view key) const {
  const auto id = Find(dict, key);
  if (!id || tree_[*id].kind != PickleKind::kBool) return std::nullopt;
  return tree_[*id].integer != 0;
}

std::optional<std::string_view> TorchFile::Text(PickleId dict, std::string_view key) const {
  const auto id = Find(dict, key);
  if (!id || tree_[*id].kind != PickleKind::kText) return std::nullopt;
  return tree_[*id].text;
}

// --- Tensors
// The call that makes the tensor `id`, with the wrappers around it taken off; else nullptr.
const PickleValue* TorchFile::RebuildCall(PickleId id, std::string_view* function) const {
  for (int i = 0; i < kMaxWrappers; ++i) {
    const PickleValue& call = tree_[id];
    if (call.kind != PickleKind::kCall) return nullptr;
    *function = TorchName(call.callee).value_or("");
    const std::vector<PickleId>& arguments = tree_[call.argument].items;
    if (arguments.empty()) return nullptr;
    if (function->starts_with("_rebuild_tensor")) {
      return *function == "_rebuild_tensor" || *function == "_rebuild_tensor_v2" ||
                     *function == "_rebuild_tensor_v3"
                 ? &call
                 : nullptr;
    }
    if (*function != "_rebuild_parameter" && *function != "_rebuild_parameter_with_state") {
      return nullptr;
    }
    id = arguments[0];
  }
  return nullptr;
}

bool TorchFile::IsTensor(PickleId id) const {
  std::string_view function;
  return RebuildCall(id, &function) != nullptr;
}

std::vector<int64_t> TorchFile::Sizes(PickleId id) const {
  const PickleValue* value = &tree_[id];
  // torch.Size is a call with the tuple.
  if (value->kind == PickleKind::kCall && TorchName(value->callee) == "Size") {
    const std::vector<PickleId>& arguments = tree_[value->argument].items;
    if (!arguments.empty()) value = &tree_[arguments[0]];
  }
  if (value->kind != PickleKind::kTuple && value->kind != PickleKind::kList) {
    Fail("the shape of a tensor is malformed");
  }
  if (value->items.size() > kMaxTensorDimensions) Fail("a tensor has more than 8 dimensions");
  std::vector<int64_t> sizes;
  for (const PickleId item : value->items) {
    if (tree_[item].kind != PickleKind::kInteger || tree_[item].integer < 0) {
      Fail("the shape of a tensor is malformed");
    }
    sizes.push_back(tree_[item].integer);
  }
  return sizes;
}

TensorView TorchFile::Tensor(PickleId id) {
  std::string_view function;
  const PickleValue* call = RebuildCall(id, &function);
  if (call == nullptr) throw Error(ErrorKind::kInternal, "no tensor");
  const std::vector<PickleId>& arguments = tree_[call->argument].items;
  if (arguments.size() < 4 || tree_[arguments[0]].kind != PickleKind::kPersistent ||
      tree_[arguments[1]].kind != PickleKind::kInteger || tree_[arguments[1]].integer < 0) {
    Fail("a tensor is malformed");
  }
  const StorageRef ref = ReadStorageRef(tree_[arguments[0]]);
  std::optional<TensorType> type = ref.type;
  if (function == "_rebuild_tensor_v3" && arguments.size() > 6) {
    const std::string_view name = TorchName(arguments[6]).value_or("");
    for (const TorchTypeRow& row : kTorchTypes) {
      if (row.dtype == name) type = row.type;
    }
  }
  if (!type) Fail("the type of a tensor is unknown");
  TensorView view = {*type, Sizes(arguments[2]), Sizes(arguments[3]), {}};
  if (view.shape.size() != view.strides.size()) Fail("the strides of a tensor are malformed");
  uint64_t count = 0;
  if (!CountElements(view.shape, &count)) Fail("a tensor is too large");
  const std::string_view bytes = StorageBytes(ref, *type);
  const uint64_t elements = bytes.size() / BytesPerElement(*type);
  unsigned __int128 last = static_cast<uint64_t>(tree_[arguments[1]].integer);
  const auto offset = static_cast<uint64_t>(last);
  for (size_t i = 0; i < view.shape.size() && count > 0; ++i) {
    last +=
        static_cast<unsigned __int128>(view.shape[i] - 1) * static_cast<uint64_t>(view.strides[i]);
  }
  if (count > 0 && last >= elements) Fail("a tensor lies outside of its storage");
  if (count > 0) view.bytes = bytes.substr(offset * BytesPerElement(*type));
  return view;
}

}  // namespace owt::formats
