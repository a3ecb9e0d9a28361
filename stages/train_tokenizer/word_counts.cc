#include "stages/train_tokenizer/word_counts.h"

#include <xxhash.h>

#include <algorithm>
#include <cstring>

namespace owt::train_tokenizer {
namespace {

constexpr size_t kFirstSlots = size_t{1} << 12;
constexpr size_t kBlockBytes = size_t{1} << 20;

// In front of each word's bytes in packed form.
struct PackedHeader {
  uint64_t times;
  uint64_t size;
};

}  // namespace

WordCounts::WordCounts() : slots_(kFirstSlots) {}

void WordCounts::Add(std::string_view word, uint64_t times) {
  const uint64_t hash = XXH3_64bits(word.data(), word.size());
  const auto upper = static_cast<uint32_t>(hash >> 32);
  const size_t mask = slots_.size() - 1;
  for (size_t i = hash & mask;; i = (i + 1) & mask) {
    Slot& slot = slots_[i];
    if (slot.times == 0) {
      slot = {Keep(word), static_cast<uint32_t>(word.size()), upper, times};
      if (++num_words_ * 2 > slots_.size()) Grow();
      return;
    }
    if (slot.hash == upper && std::string_view(slot.bytes, slot.size) == word) {
      slot.times += times;
      return;
    }
  }
}

void WordCounts::Grow() {
  std::vector<Slot> old(slots_.size() * 2);
  old.swap(slots_);
  const size_t mask = slots_.size() - 1;
  for (const Slot& slot : old) {
    if (slot.times == 0) continue;
    size_t i = XXH3_64bits(slot.bytes, slot.size) & mask;
    while (slots_[i].times != 0) i = (i + 1) & mask;
    slots_[i] = slot;
  }
}

const char* WordCounts::Keep(std::string_view word) {
  if (word.size() > block_left_) {
    block_left_ = std::max(kBlockBytes, word.size());
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(block_left_));
    block_next_ = blocks_.back().get();
    block_bytes_ += block_left_;
  }
  char* const kept = block_next_;
  if (!word.empty()) std::memcpy(kept, word.data(), word.size());
  block_next_ += word.size();
  block_left_ -= word.size();
  return kept;
}

void WordCounts::Clear() {
  std::fill(slots_.begin(), slots_.end(), Slot());
  num_words_ = 0;
  blocks_.clear();
  block_left_ = block_bytes_ = 0;
}

void WordCounts::AppendTo(std::string* out) const {
  ForEach([out](std::string_view word, uint64_t times) {
    const PackedHeader header{times, word.size()};
    out->append(reinterpret_cast<const char*>(&header), sizeof(header));
    out->append(word);
  });
}

bool WordCounts::AddAll(std::string_view packed) {
  while (packed.size() >= sizeof(PackedHeader)) {
    PackedHeader header;
    std::memcpy(&header, packed.data(), sizeof(header));
    packed.remove_prefix(sizeof(header));
    if (header.size > packed.size() || header.times == 0) return false;
    Add(packed.substr(0, header.size), header.times);
    packed.remove_prefix(header.size);
  }
  return packed.empty();
}

}  // namespace owt::train_tokenizer
