#include "formats/token_file.h"

#include <fmt/format.h>

#include <cstring>

#include "pipeline/error.h"

namespace owt::formats {

TokenFile::TokenFile(TokenFormat format, const std::string& path) : format_(format), path_(path) {
  switch (format) {
    case TokenFormat::kMegatron:
      indexed_.emplace(IndexedDatasetPaths::Of(path));
      path_ = indexed_->paths().bin;
      index_path_ = indexed_->paths().idx;
      type_ = indexed_->type();
      num_tokens_ = indexed_->num_tokens();
      num_documents_ = indexed_->num_documents();
      return;
    case TokenFormat::kNanoGpt:
      OpenRaw();
      return;
    case TokenFormat::kLlmc:
      OpenLlmc();
      return;
    case TokenFormat::kDs:
      OpenDs();
      return;
  }
}

void TokenFile::OpenRaw() {
  file_.emplace(path_);
  if (file_->size() % TokenBytes(type_) != 0) {
    throw Error(ErrorKind::kInput,
                fmt::format("has {} bytes, which is no number of uint16 tokens", file_->size()),
                path_);
  }
  num_tokens_ = file_->size() / TokenBytes(type_);
}

void TokenFile::OpenLlmc() {
  file_.emplace(path_);
  const LlmcHeader header = LlmcHeader::Parse(file_->bytes().substr(0, LlmcHeader::kBytes), path_);
  type_ = header.type;
  num_tokens_ = header.num_tokens;
  const uint64_t expected = LlmcHeader::kBytes + num_tokens_ * TokenBytes(type_);
  if (file_->size() == expected) return;
  throw Error(ErrorKind::kInput,
              fmt::format("has {} bytes, but its header says {} tokens, which are {}; it was cut "
                          "short, or its run was not finished",
                          file_->size(), num_tokens_, expected),
              path_, 8);
}

// Nothing but the index says how wide a token is: its last entry is the number of tokens.
void TokenFile::OpenDs() {
  if (path_.ends_with(".index")) path_.resize(path_.size() - std::strlen(".index"));
  index_path_ = path_ + ".index";
  file_.emplace(path_);
  index_.emplace(index_path_);
  if (index_->size() % sizeof(uint64_t) != 0) {
    throw Error(ErrorKind::kInput,
                fmt::format("has {} bytes, which is no number of u64", index_->size()),
                index_path_);
  }
  num_documents_ = index_->size() / sizeof(uint64_t);
  num_tokens_ = num_documents_ == 0 ? 0 : DsEnd(num_documents_ - 1);
  const uint64_t size = file_->size();
  if (num_tokens_ <= size && num_tokens_ * 2 == size) return;
  if (num_tokens_ <= size && num_tokens_ * 4 == size) {
    type_ = TokenType::kInt32;
    return;
  }
  throw Error(ErrorKind::kInput,
              fmt::format("ends with {} tokens, but {} has {} bytes, which is neither 2 nor 4 a "
                          "token",
                          num_tokens_, path_, size),
              index_path_);
}

uint64_t TokenFile::DsEnd(uint64_t d) const {
  uint64_t end;
  std::memcpy(&end, index_->bytes().data() + d * sizeof(end), sizeof(end));
  return end;
}

TokenFile::Span TokenFile::Document(uint64_t d) const {
  if (indexed_) return MegatronDocument(d);
  const Span span{d == 0 ? 0 : DsEnd(d - 1), DsEnd(d)};
  if (span.begin <= span.end && span.end <= num_tokens_) return span;
  throw Error(ErrorKind::kInput,
              fmt::format("document {} goes from token {} to {} of {}", d, span.begin, span.end,
                          num_tokens_),
              index_path_, d * sizeof(uint64_t));
}

TokenFile::Span TokenFile::MegatronDocument(uint64_t d) const {
  const int64_t first = indexed_->doc_idx(d);
  const int64_t last = indexed_->doc_idx(d + 1);
  const auto num_sequences = static_cast<int64_t>(indexed_->num_sequences());
  if (first < 0 || last < first || last > num_sequences) {
    throw Error(ErrorKind::kInput,
                fmt::format("document {} is said to be sequences {} to {} of {}", d, first, last,
                            num_sequences),
                index_path_, indexed_->DocIdxOffset(d));
  }
  const uint64_t width = TokenBytes(type_);
  Span span;
  span.num_sequences = static_cast<uint64_t>(last - first);
  span.begin = first == num_sequences
                   ? num_tokens_
                   : static_cast<uint64_t>(indexed_->pointer(static_cast<uint64_t>(first))) / width;
  span.end = span.begin;
  for (auto k = static_cast<uint64_t>(first); k < static_cast<uint64_t>(last); ++k) {
    const TokenView tokens = indexed_->sequence(k);
    if (static_cast<uint64_t>(indexed_->pointer(k)) != span.end * width) {
      throw Error(ErrorKind::kInput,
                  fmt::format("sequence {} does not begin where the one before it ends", k),
                  index_path_, indexed_->PointerOffset(k));
    }
    span.end += tokens.size();
  }
  return span;
}

TokenView TokenFile::tokens() const {
  return TokenView(type_, file_->bytes().substr(header_bytes()));
}

void TokenFile::DropPages() const {
  if (indexed_) indexed_->DropPages();
  if (file_) file_->DropPages();
  if (index_) index_->DropPages();
}

}  // namespace owt::formats
