#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

#include "formats/mapped_file.h"

namespace owt::formats {

// Megatron's indexed dataset (MMIDIDX): tokens in NAME.bin, where they lie in NAME.idx. All numbers
// are little endian. N sequences, D = documents + 1.
//
//   NAME.bin  the tokens of all sequences back to back, no header, no padding
//   NAME.idx  offset     type      content
//             0          9 bytes   "MMIDIDX\0\0"
//             9          u64       version, 1
//             17         u8        type of a token: 4 int32, 8 uint16 (TokenType)
//             18         u64       N
//             26         u64       D
//             34         i32[N]    length of each sequence in tokens
//             34 + 4N    i64[N]    byte offset of each sequence in NAME.bin
//             34 + 12N   i64[D]    doc_idx: from 0 to N; document d is the sequences
//                                  [doc_idx[d], doc_idx[d + 1])
//
// The i64 arrays are never aligned. GPT training takes every sequence for a document of its own and
// ignores doc_idx; what owt writes has one sequence a document (of encode --split-sentences: one a
// sentence), and none for an empty document.

inline constexpr std::string_view kIdxMagic{"MMIDIDX\0\0", 9};
inline constexpr uint64_t kIdxVersion = 1;
inline constexpr uint64_t kIdxHeaderBytes = 34;

// How a token is stored; the value is the code in the .idx.
enum class TokenType : uint8_t { kInt32 = 4, kUint16 = 8 };

// Megatron's rule, by the size of the tokenizer's vocabulary without padding.
constexpr TokenType TokenTypeFor(uint64_t vocab_size) {
  return vocab_size < 65500 ? TokenType::kUint16 : TokenType::kInt32;
}

constexpr size_t TokenBytes(TokenType type) { return type == TokenType::kUint16 ? 2 : 4; }

constexpr std::string_view TokenTypeName(TokenType type) {
  return type == TokenType::kUint16 ? "uint16" : "int32";
}

// The two files of a dataset.
struct IndexedDatasetPaths {
  std::string bin;
  std::string idx;

  // From the name of either file or of the provenance beside them (formats/provenance.h), or from
  // the name without suffix, as Megatron's --data-path takes it.
  static IndexedDatasetPaths Of(std::string_view path);
};

// Some tokens in a mapped file, in the file's type. A view: the dataset must outlive it.
class TokenView {
 public:
  TokenView() = default;

  // REQUIRES: bytes are aligned for the type and whole tokens.
  TokenView(TokenType type, std::string_view bytes)
      : type_(type), data_(bytes.data()), size_(bytes.size() / TokenBytes(type)) {}

  size_t size() const { return size_; }

  bool empty() const { return size_ == 0; }

  TokenType type() const { return type_; }

  // Negative only in a corrupt int32 dataset.
  int32_t operator[](size_t i) const {
    if (type_ == TokenType::kUint16) return uint16()[i];
    return int32()[i];
  }

  // REQUIRES: the type is the one named.
  std::span<const uint16_t> uint16() const {
    return {reinterpret_cast<const uint16_t*>(data_), size_};
  }

  std::span<const int32_t> int32() const {
    return {reinterpret_cast<const int32_t*>(data_), size_};
  }

  // REQUIRES: first + count <= size().
  TokenView Part(size_t first, size_t count) const {
    const size_t width = TokenBytes(type_);
    return TokenView(type_, {data_ + first * width, count * width});
  }

  // Widens all tokens into `out`, an array of size() or more integers.
  template <class Integer>
  void CopyTo(Integer* out) const {
    const auto copy = [out](auto tokens) {
      for (size_t i = 0; i < tokens.size(); ++i) out[i] = static_cast<Integer>(tokens[i]);
    };
    type_ == TokenType::kUint16 ? copy(uint16()) : copy(int32());
  }

 private:
  TokenType type_ = TokenType::kUint16;
  const char* data_ = nullptr;
  size_t size_ = 0;
};

// Reads an indexed dataset through mmap: opening costs the same for any size, memory is the page
// cache's. Thread-safe.
//
// Opening checks the header, that the size of the .idx fits N and D, that doc_idx goes from 0 to N,
// and that the last sequence ends where the .bin ends. The rest is checked where it is read, so
// that no content of the files can do worse than an Error; CheckIndexedDataset
// (formats/indexed_dataset_check.h) checks all of it at once.
class IndexedDataset {
 public:
  // Throws Error{kInput} with file, offset and problem; a dataset without any token is one too.
  explicit IndexedDataset(IndexedDatasetPaths paths);

  const IndexedDatasetPaths& paths() const { return paths_; }

  TokenType type() const { return type_; }

  uint64_t num_sequences() const { return num_sequences_; }

  uint64_t num_documents() const { return num_doc_idx_ - 1; }

  uint64_t num_tokens() const { return bin_.size() / TokenBytes(type_); }

  // The tokens of sequence k. Throws Error{kInput} if the index points outside the .bin or between
  // tokens. REQUIRES: k < num_sequences().
  TokenView sequence(uint64_t k) const;

  // What the index holds, unchecked. REQUIRES: k < num_sequences(), d <= num_documents().
  int32_t length(uint64_t k) const { return Load<int32_t>(kIdxHeaderBytes + 4 * k); }

  int64_t pointer(uint64_t k) const { return Load<int64_t>(PointerOffset(k)); }

  int64_t doc_idx(uint64_t d) const { return Load<int64_t>(DocIdxOffset(d)); }

  // Where these entries stand in the .idx, for messages.
  uint64_t PointerOffset(uint64_t k) const { return kIdxHeaderBytes + 4 * num_sequences_ + 8 * k; }

  uint64_t DocIdxOffset(uint64_t d) const { return kIdxHeaderBytes + 12 * num_sequences_ + 8 * d; }

  uint64_t bin_bytes() const { return bin_.size(); }

  // Gives back the memory of what was read so far.
  void DropPages() const {
    idx_.DropPages();
    bin_.DropPages();
  }

 private:
  template <class Integer>
  Integer Load(uint64_t offset) const {
    Integer value;
    std::memcpy(&value, idx_.bytes().data() + offset, sizeof(value));
    return value;
  }

  void ReadHeader();
  void CheckEnds() const;
  [[noreturn]] void FailIdx(uint64_t offset, std::string problem) const;

  IndexedDatasetPaths paths_;
  MappedFile idx_;
  MappedFile bin_;
  TokenType type_ = TokenType::kUint16;
  uint64_t num_sequences_ = 0;
  uint64_t num_doc_idx_ = 0;  // D
};

}  // namespace owt::formats
