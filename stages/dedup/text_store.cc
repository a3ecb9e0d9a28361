#include "stages/dedup/text_store.h"

#include <algorithm>

namespace owt::dedup {
namespace {

constexpr uint64_t kMostBuffer = uint64_t{4} << 20;
constexpr size_t kPiece = size_t{64} << 10;

}  // namespace

TextStore::TextStore(const std::string& folder, uint64_t memory_bytes)
    : texts_(folder, static_cast<size_t>(std::min(memory_bytes / 2, kMostBuffer))),
      starts_(folder, static_cast<size_t>(std::min(memory_bytes / 4, kMostBuffer / 16))) {}

void TextStore::Add(uint64_t record, std::string_view text) {
  const Start start = {texts_.size(), record};
  if (num_texts_++ % kBlock == 0) block_begins_.push_back(start.begin);
  starts_.Append({reinterpret_cast<const char*>(&start), sizeof(start)});
  for (size_t at = 0; at < text.size(); at += kPiece) {
    texts_.Append(text.substr(at, kPiece));  // a long text would stay in the buffer
  }
  texts_.Append(std::string_view("\0", 1));
}

void TextStore::FinishWriting() {
  texts_.FinishWriting();
  starts_.FinishWriting();
}

void TextStore::Read(uint64_t begin, size_t size, std::string* bytes) const {
  bytes->resize(size);
  bytes->resize(texts_.ReadAt(begin, bytes->data(), size));
}

TextStore::Entry TextFinder::Find(uint64_t place) {
  const auto& begins = store_->block_begins_;
  const auto block = static_cast<size_t>(std::upper_bound(begins.begin(), begins.end(), place) -
                                         begins.begin() - 1);
  if (block != block_) {
    const uint64_t first = uint64_t{block} * TextStore::kBlock;
    starts_.resize(std::min<uint64_t>(TextStore::kBlock + 1, store_->num_texts_ - first));
    store_->starts_.ReadAt(first * sizeof(TextStore::Start),
                           reinterpret_cast<char*>(starts_.data()),
                           starts_.size() * sizeof(TextStore::Start));
    block_ = block;
  }
  const auto next =
      std::upper_bound(starts_.begin(), starts_.end(), place,
                       [](uint64_t at, const TextStore::Start& start) { return at < start.begin; });
  const uint64_t end = next == starts_.end() ? store_->size() : next->begin;
  return {(next - 1)->begin, end - 1, (next - 1)->record};
}

std::string_view TextReader::Get(uint64_t begin, size_t size) {
  if (begin < begin_ || begin + size > begin_ + bytes_.size()) {
    begin_ = begin;
    store_->Read(begin, size + kPiece, &bytes_);
  }
  return std::string_view(bytes_).substr(begin - begin_, size);
}

}  // namespace owt::dedup
