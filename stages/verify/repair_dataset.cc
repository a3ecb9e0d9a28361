#include "stages/verify/repair_dataset.h"

#include <fmt/format.h>

#include <cstring>
#include <optional>
#include <string_view>
#include <vector>

#include "formats/end_of_text.h"
#include "formats/indexed_dataset.h"
#include "formats/indexed_dataset_check.h"
#include "formats/mapped_file.h"
#include "pipeline/error.h"
#include "pipeline/output_file.h"

namespace owt::verify {
namespace {

using formats::TokenType;

constexpr size_t kBufferBytes = size_t{1} << 20;

// What an .idx says.
struct Index {
  TokenType type = TokenType::kUint16;
  std::vector<int32_t> lengths;  // of sequences
  std::vector<int64_t> bounds;   // of documents, in sequences
};

template <class Integer>
Integer Load(std::string_view bytes, uint64_t offset) {
  Integer value;
  std::memcpy(&value, bytes.data() + offset, sizeof(value));
  return value;
}

void OneSequenceADocument(Index* index) {
  index->bounds.clear();
  for (size_t d = 0; d <= index->lengths.size(); ++d) {
    index->bounds.push_back(static_cast<int64_t>(d));
  }
}

bool BoundsAreWhole(const std::vector<int64_t>& bounds, uint64_t num_sequences) {
  if (bounds.size() < 2 || bounds.front() != 0) return false;
  for (size_t d = 1; d < bounds.size(); ++d) {
    if (bounds[d] < bounds[d - 1]) return false;
  }
  return static_cast<uint64_t>(bounds.back()) == num_sequences;
}

// From what is left of an .idx; nothing where its lengths do not add up to the .bin.
std::optional<Index> FromLengths(std::string_view idx, uint64_t bin_bytes) {
  if (idx.size() < formats::kIdxHeaderBytes || !idx.starts_with(formats::kIdxMagic)) return {};
  Index index;
  index.type = static_cast<TokenType>(Load<uint8_t>(idx, 17));
  if (index.type != TokenType::kUint16 && index.type != TokenType::kInt32) return {};
  const auto num_sequences = Load<uint64_t>(idx, 18);
  const auto num_bounds = Load<uint64_t>(idx, 26);
  if (num_sequences > (idx.size() - formats::kIdxHeaderBytes) / sizeof(int32_t)) return {};
  uint64_t num_tokens = 0;
  for (uint64_t k = 0; k < num_sequences; ++k) {
    index.lengths.push_back(Load<int32_t>(idx, formats::kIdxHeaderBytes + 4 * k));
    if (index.lengths.back() < 0) return {};
    num_tokens += static_cast<uint64_t>(index.lengths.back());
  }
  if (num_tokens == 0 || num_tokens * formats::TokenBytes(index.type) != bin_bytes) return {};
  const uint64_t at = formats::kIdxHeaderBytes + 12 * num_sequences;
  const uint64_t room = idx.size() < at ? 0 : (idx.size() - at) / sizeof(int64_t);
  for (uint64_t d = 0; d < num_bounds && num_bounds <= room; ++d) {
    index.bounds.push_back(Load<int64_t>(idx, at + 8 * d));
  }
  if (BoundsAreWhole(index.bounds, num_sequences)) return index;
  // Without the bounds, empty documents are lost; a header that knows of them says so.
  if (num_bounds != num_sequences + 1) return {};
  OneSequenceADocument(&index);
  return index;
}

std::optional<Index> FromTokens(std::string_view bin, TokenType type, uint32_t eot) {
  if (bin.empty() || bin.size() % formats::TokenBytes(type) != 0) return {};
  if (!bin.ends_with(formats::PackToken(eot, type))) return {};
  Index index;
  index.type = type;
  std::string packed;
  formats::AppendLengths(formats::TokenView(type, bin), eot, &packed);
  index.lengths.resize(packed.size() / sizeof(int32_t));
  std::memcpy(index.lengths.data(), packed.data(), packed.size());
  OneSequenceADocument(&index);
  return index;
}

bool IsRight(const formats::IndexedDatasetPaths& paths) {
  try {
    const formats::IndexedDataset dataset(paths);
    return formats::CheckIndexedDataset(dataset, {}).num_problems == 0;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kInput) throw;
    return false;
  }
}

class IndexFile {
 public:
  explicit IndexFile(const std::string& path) : file_(path) {}

  template <class Integer>
  void Add(Integer value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof(value));
    if (bytes_.size() >= kBufferBytes) Flush();
  }

  void Write(const Index& index) {
    bytes_ += formats::kIdxMagic;
    Add(formats::kIdxVersion);
    Add(static_cast<uint8_t>(index.type));
    Add(uint64_t{index.lengths.size()});
    Add(uint64_t{index.bounds.size()});
    for (const int32_t length : index.lengths) Add(length);
    int64_t pointer = 0;
    for (const int32_t length : index.lengths) {
      Add(pointer);
      pointer += length * static_cast<int64_t>(formats::TokenBytes(index.type));
    }
    for (const int64_t bound : index.bounds) Add(bound);
    Flush();
    file_.Commit();
  }

 private:
  void Flush() {
    file_.Write(bytes_);
    bytes_.clear();
  }

  OutputFile file_;
  std::string bytes_;
};

}  // namespace

std::string RepairDataset(const std::string& path, uint32_t eot) {
  const auto paths = formats::IndexedDatasetPaths::Of(path);
  if (IsRight(paths)) {
    throw Error(ErrorKind::kInput, "is right; what is wrong lies in the .bin", paths.idx);
  }
  const formats::MappedFile bin(paths.bin);
  std::optional<formats::MappedFile> idx;
  if (FileExists(paths.idx)) idx.emplace(paths.idx);
  const std::string_view old = idx ? idx->bytes() : std::string_view();
  const bool is_wide =
      old.size() > 17 && Load<uint8_t>(old, 17) == static_cast<uint8_t>(TokenType::kInt32);
  std::string how = "from its own lengths";
  auto index = FromLengths(old, bin.size());
  if (!index) {
    how = fmt::format("from the .bin, a document up to each token {}", eot);
    index = FromTokens(bin.bytes(), is_wide ? TokenType::kInt32 : TokenType::kUint16, eot);
  }
  if (!index) {
    throw Error(ErrorKind::kInput,
                fmt::format("cannot be rebuilt: no lengths are left that add up to the {} bytes of "
                            "the .bin, and it does not end with token {}",
                            bin.size(), eot),
                paths.idx);
  }
  IndexFile(paths.idx).Write(*index);
  return fmt::format("rebuilt {} {}: {} documents, {} sequences", paths.idx, how,
                     index->bounds.size() - 1, index->lengths.size());
}

}  // namespace owt::verify
