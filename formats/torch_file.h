#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "formats/pickle.h"
#include "formats/tensor_view.h"

namespace owt::formats {

// What torch.save wrote, as data: a ZIP archive (PyTorch 1.6 and later) or a row of pickles with
// the tensors behind them (before). Nothing in it is executed. Known names of Python become what
// they stand for: OrderedDict and Namespace are dicts, _rebuild_tensor_v2 and its like tensors;
// whatever else the file holds stays a value that is passed over.
//
// Not thread-safe. `bytes` must outlive the object and the views that it gives; mapped, a file
// takes no memory but for its pickle's tree.
class TorchFile {
 public:
  // Throws Error{kInput} naming `file` for anything that torch.save would not have written.
  TorchFile(std::string_view bytes, const std::string& file);

  PickleId root() const { return tree_.root(); }

  const PickleValue& value(PickleId id) const { return tree_[id]; }

  // Whether it is a dict, an OrderedDict or a Namespace.
  bool IsDict(PickleId id) const;

  // The pairs of a dict whose key is text, in the file's order; of anything else none.
  std::vector<std::pair<std::string_view, PickleId>> Entries(PickleId dict) const;

  // What a dict has under a key: the last, where there are several, as in Python.
  std::optional<PickleId> Find(PickleId dict, std::string_view key) const;

  // Numbers and texts of a dict; nothing where the key is missing, None or of another kind.
  std::optional<int64_t> Integer(PickleId dict, std::string_view key) const;
  std::optional<double> Real(PickleId dict, std::string_view key) const;  // whole ones too
  std::optional<bool> Flag(PickleId dict, std::string_view key) const;
  std::optional<std::string_view> Text(PickleId dict, std::string_view key) const;

  bool IsTensor(PickleId id) const;

  // Throws Error{kInput} for a tensor that does not lie in its storage, whose storage is missing
  // or does not have the archive's checksum, or of a type that safetensors does not know.
  // REQUIRES: IsTensor(id). Cost: the first time, a pass over its storage.
  TensorView Tensor(PickleId id);

 private:
  struct Storage {
    std::string_view bytes;
    std::optional<uint32_t> crc32;  // not yet checked
  };

  struct StorageRef {
    std::string_view key;
    std::optional<TensorType> type;  // none: bytes, whose type the tensor says
    uint64_t elements = 0;
  };

  [[noreturn]] void Fail(std::string_view what) const;
  void ReadArchive();
  void ReadLegacy();
  StorageRef ReadStorageRef(const PickleValue& persistent) const;
  std::string_view StorageBytes(const StorageRef& ref, TensorType type);
  std::optional<std::string_view> TorchName(PickleId id) const;
  const PickleValue* RebuildCall(PickleId id, std::string_view* function) const;
  std::vector<int64_t> Sizes(PickleId id) const;

  std::string_view bytes_;
  std::string file_;
  PickleTree tree_;
  std::map<std::string, Storage, std::less<>> storages_;  // by key
};

// Whether the bytes begin as a file of torch.save may.
bool LooksLikeTorchFile(std::string_view bytes);

}  // namespace owt::formats
