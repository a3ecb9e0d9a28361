#include "formats/indexed_dataset.h"

#include <fmt/format.h>

#include <bit>
#include <utility>

#include "pipeline/error.h"

namespace owt::formats {

static_assert(std::endian::native == std::endian::little, "the format is little endian");

IndexedDatasetPaths IndexedDatasetPaths::Of(std::string_view path) {
  for (const std::string_view suffix : {".bin", ".idx", ".provenance"}) {
    if (!path.ends_with(suffix)) continue;
    path.remove_suffix(suffix.size());
    break;
  }
  return {std::string(path) + ".bin", std::string(path) + ".idx"};
}

IndexedDataset::IndexedDataset(IndexedDatasetPaths paths)
    : paths_(std::move(paths)), idx_(paths_.idx), bin_(paths_.bin) {
  ReadHeader();
  CheckEnds();
}

void IndexedDataset::ReadHeader() {
  const uint64_t size = idx_.size();
  if (size < kIdxHeaderBytes) {
    FailIdx(size, fmt::format("ends inside the header of {} bytes", kIdxHeaderBytes));
  }
  if (!idx_.bytes().starts_with(kIdxMagic)) {
    FailIdx(0, "does not start with MMIDIDX; is it the index of a Megatron dataset?");
  }
  const uint64_t version = Load<uint64_t>(9);
  if (version != kIdxVersion) FailIdx(9, fmt::format("version {} is unknown", version));
  const uint8_t code = Load<uint8_t>(17);
  type_ = static_cast<TokenType>(code);
  if (type_ != TokenType::kUint16 && type_ != TokenType::kInt32) {
    FailIdx(17, fmt::format("tokens of type code {} are not supported, only 4 (int32) and 8 "
                            "(uint16)",
                            code));
  }
  num_sequences_ = Load<uint64_t>(18);
  num_doc_idx_ = Load<uint64_t>(26);
  if (num_sequences_ == 0) FailIdx(18, "the dataset holds no sequence");
  // Divisions, because 12 N and 8 D may not fit into 64 bits.
  const uint64_t room = size - kIdxHeaderBytes;
  const bool fits = num_sequences_ <= room / 12 && num_doc_idx_ <= room / 8;
  const uint64_t expected = 12 * num_sequences_ + 8 * num_doc_idx_;
  if (fits && room == expected + num_sequences_) {
    FailIdx(kIdxHeaderBytes + expected, "holds modes: multimodal datasets are not supported");
  }
  if (!fits || room != expected) {
    FailIdx(18, fmt::format("{} sequences and {} document bounds do not fit a file of {} bytes; it "
                            "was cut short or belongs to another version",
                            num_sequences_, num_doc_idx_, size));
  }
}

void IndexedDataset::CheckEnds() const {
  if (num_doc_idx_ < 2) FailIdx(26, "holds no document");
  if (doc_idx(0) != 0) {
    FailIdx(DocIdxOffset(0), fmt::format("document bounds start with {}, not 0", doc_idx(0)));
  }
  const uint64_t last_bound = static_cast<uint64_t>(doc_idx(num_doc_idx_ - 1));
  if (last_bound != num_sequences_) {
    FailIdx(DocIdxOffset(num_doc_idx_ - 1),
            fmt::format("document bounds end with {}, not with the {} sequences",
                        static_cast<int64_t>(last_bound), num_sequences_));
  }
  const uint64_t last = num_sequences_ - 1;
  const TokenView tokens = sequence(last);
  const uint64_t end = static_cast<uint64_t>(pointer(last)) + tokens.size() * TokenBytes(type_);
  if (end != bin_.size()) {
    throw Error(ErrorKind::kInput,
                fmt::format("has {} bytes, but its index ends at {}; the two files are not of one "
                            "dataset, or one was cut short",
                            bin_.size(), end),
                paths_.bin);
  }
  if (bin_.size() == 0) throw Error(ErrorKind::kInput, "holds no token", paths_.bin);
}

TokenView IndexedDataset::sequence(uint64_t k) const {
  const int64_t begin = pointer(k);
  const int32_t tokens = length(k);
  const uint64_t width = TokenBytes(type_);
  if (tokens < 0) {
    FailIdx(kIdxHeaderBytes + 4 * k, fmt::format("sequence {} has a length of {}", k, tokens));
  }
  const uint64_t bytes = static_cast<uint64_t>(tokens) * width;
  const bool inside = begin >= 0 && static_cast<uint64_t>(begin) <= bin_.size() &&
                      bytes <= bin_.size() - static_cast<uint64_t>(begin);
  if (!inside || static_cast<uint64_t>(begin) % width != 0) {
    FailIdx(PointerOffset(k), fmt::format("sequence {} is {} tokens at byte {}, which is not in "
                                          "the {} bytes of {}",
                                          k, tokens, begin, bin_.size(), paths_.bin));
  }
  return TokenView(type_, bin_.bytes().substr(static_cast<size_t>(begin), bytes));
}

void IndexedDataset::FailIdx(uint64_t offset, std::string problem) const {
  throw Error(ErrorKind::kInput, std::move(problem), paths_.idx, offset);
}

}  // namespace owt::formats
