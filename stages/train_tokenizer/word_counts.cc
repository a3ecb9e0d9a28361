#include "stages/train_tokenizer/word_counts.h"

#include <xxhash.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace owt::train_tokenizer {
namespace {

constexpr size_t kFirstSlots = size_t{1} << 12;
constexpr size_t kBlockBytes = size_t{1} << 20;
constexpr size_t kSlotsAhead = 16;  // slots are asked for before they are needed

// In front of all words in packed form: short slots, then long words.
struct PackedHeader {
  uint64_t num_short;
  uint64_t num_long;
};

// In front of each long word's bytes.
struct LongHeader {
  uint64_t times;
  uint64_t size;
};

template <class T>
T Take(std::string_view* packed) {
  T value;
  std::memcpy(&value, packed->data(), sizeof(value));
  packed->remove_prefix(sizeof(value));
  return value;
}

template <class T>
void Append(const T& value, std::string* out) {
  out->append(reinterpret_cast<const char*>(&value), sizeof(value));
}

}  // namespace

WordCounts::WordCounts() : short_(kFirstSlots), long_(kFirstSlots) {}

void WordCounts::Add(std::string_view word, uint64_t times) {
  if (word.size() > kMaxShort) return AddLong(word, times);
  const ShortKey key = KeyOf(word, word.data() + word.size());
  AddShort({key, HashOf(key)}, times);
}

// In rounds: where a word belongs is known, and asked for, before the first is looked at. Else the
// processor would wait for memory at every word, since it cannot guess what it finds there.
void WordCounts::AddPieces(std::string_view text, std::span<const uint32_t> starts) {
  std::array<Waiting, 2 * kSlotsAhead> waiting;
  size_t num_waiting = 0;
  const auto add_waiting = [&] {
    for (size_t i = 0; i < num_waiting; ++i) AddShort(waiting[i], 1);
    num_waiting = 0;
  };
  for (size_t i = 0; i < starts.size(); ++i) {
    const size_t end = i + 1 < starts.size() ? starts[i + 1] : text.size();
    const std::string_view word = text.substr(starts[i], end - starts[i]);
    if (word.size() > kMaxShort) {
      AddLong(word, 1);
      continue;
    }
    const ShortKey key = KeyOf(word, text.data() + text.size());
    waiting[num_waiting] = {key, HashOf(key)};
    __builtin_prefetch(&short_[PlaceOf(waiting[num_waiting].hash, short_)], /*for writing*/ 1);
    if (++num_waiting == waiting.size()) add_waiting();
  }
  add_waiting();
}

// `end` is that of the readable bytes.
inline WordCounts::ShortKey WordCounts::KeyOf(std::string_view word, const char* end) {
  ShortKey key;
  if (static_cast<size_t>(end - word.data()) >= sizeof(key)) {
    std::memcpy(&key, word.data(), sizeof(key));
    const size_t bits = 8 * word.size();
    const uint64_t low_mask = bits >= 64 ? ~uint64_t{0} : (uint64_t{1} << bits) - 1;
    const uint64_t high_mask = bits <= 64 ? 0 : (uint64_t{1} << (bits - 64)) - 1;
    key.low &= low_mask;
    key.high &= high_mask;
  } else if (!word.empty()) {
    std::memcpy(&key, word.data(), word.size());
  }
  key.high |= uint64_t{word.size()} << 56;
  return key;
}

inline uint64_t WordCounts::HashOf(const ShortKey& key) {
  const auto product = static_cast<unsigned __int128>(key.low ^ 0x9E3779B97F4A7C15U) *
                       (key.high ^ 0xD6E8FEB86659FD93U);
  const uint64_t folded = static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
  return folded * 0x9E3779B97F4A7C15U;
}

inline void WordCounts::AddShort(const Waiting& word, uint64_t times) {
  const size_t mask = short_.size() - 1;
  for (size_t i = PlaceOf(word.hash, short_);; i = (i + 1) & mask) {
    ShortSlot& slot = short_[i];
    if (slot.times == 0) {
      slot = {word.key, times};
      num_bytes_ += word.key.view().size();
      if (++num_short_ * 2 > short_.size()) GrowShort();
      return;
    }
    if (slot.key == word.key) {
      slot.times += times;
      return;
    }
  }
}

// Whether KeyOf makes such a key: no byte behind the length.
bool WordCounts::IsWhole(const ShortKey& key) {
  const size_t size = key.high >> 56;
  if (size > kMaxShort) return false;
  const char* const bytes = reinterpret_cast<const char*>(&key);
  return std::all_of(bytes + size, bytes + kMaxShort, [](char c) { return c == 0; });
}

void WordCounts::AddLong(std::string_view word, uint64_t times) {
  const uint64_t hash = XXH3_64bits(word.data(), word.size());
  const auto lower = static_cast<uint32_t>(hash);
  const size_t mask = long_.size() - 1;
  for (size_t i = PlaceOf(hash, long_);; i = (i + 1) & mask) {
    LongSlot& slot = long_[i];
    if (slot.times == 0) {
      slot = {Keep(word), static_cast<uint32_t>(word.size()), lower, times};
      num_bytes_ += word.size();
      if (++num_long_ * 2 > long_.size()) GrowLong();
      return;
    }
    if (slot.hash == lower && std::string_view(slot.bytes, slot.size) == word) {
      slot.times += times;
      return;
    }
  }
}

void WordCounts::GrowShort() {
  std::vector<ShortSlot, LargePages<ShortSlot>> old(short_.size() * 2);
  old.swap(short_);
  const size_t mask = short_.size() - 1;
  for (const ShortSlot& slot : old) {
    if (slot.times == 0) continue;
    size_t i = PlaceOf(HashOf(slot.key), short_);
    while (short_[i].times != 0) i = (i + 1) & mask;
    short_[i] = slot;
  }
}

void WordCounts::GrowLong() {
  std::vector<LongSlot> old(long_.size() * 2);
  old.swap(long_);
  const size_t mask = long_.size() - 1;
  for (const LongSlot& slot : old) {
    if (slot.times == 0) continue;
    size_t i = PlaceOf(XXH3_64bits(slot.bytes, slot.size), long_);
    while (long_[i].times != 0) i = (i + 1) & mask;
    long_[i] = slot;
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
  std::memcpy(kept, word.data(), word.size());
  block_next_ += word.size();
  block_left_ -= word.size();
  return kept;
}

void WordCounts::Clear() {
  std::fill(short_.begin(), short_.end(), ShortSlot());
  std::fill(long_.begin(), long_.end(), LongSlot());
  num_short_ = num_long_ = num_bytes_ = 0;
  blocks_.clear();
  block_left_ = block_bytes_ = 0;
}

void WordCounts::AppendTo(std::string* out) const {
  out->reserve(out->size() + sizeof(PackedHeader) + num_short_ * sizeof(ShortSlot));
  Append(PackedHeader{num_short_, num_long_}, out);
  for (const ShortSlot& slot : short_) {
    if (slot.times != 0) Append(slot, out);
  }
  for (const LongSlot& slot : long_) {
    if (slot.times == 0) continue;
    Append(LongHeader{slot.times, slot.size}, out);
    out->append(slot.bytes, slot.size);
  }
}

bool WordCounts::AddAll(std::string_view packed) {
  if (packed.size() < sizeof(PackedHeader)) return false;
  const auto header = Take<PackedHeader>(&packed);
  if (header.num_short > packed.size() / sizeof(ShortSlot)) return false;
  const size_t short_bytes = header.num_short * sizeof(ShortSlot);
  return AddPackedShort(packed.substr(0, short_bytes)) &&
         AddPackedLong(packed.substr(short_bytes), header.num_long);
}

bool WordCounts::AddPackedShort(std::string_view packed) {
  while (!packed.empty()) {
    if (packed.size() > kSlotsAhead * sizeof(ShortSlot)) {
      std::string_view later = packed.substr(kSlotsAhead * sizeof(ShortSlot));
      __builtin_prefetch(&short_[PlaceOf(HashOf(Take<ShortSlot>(&later).key), short_)], 1);
    }
    const auto slot = Take<ShortSlot>(&packed);
    if (slot.times == 0 || !IsWhole(slot.key)) return false;
    AddShort({slot.key, HashOf(slot.key)}, slot.times);
  }
  return true;
}

bool WordCounts::AddPackedLong(std::string_view packed, uint64_t count) {
  for (; count > 0; --count) {
    if (packed.size() < sizeof(LongHeader)) return false;
    const auto header = Take<LongHeader>(&packed);
    if (header.times == 0 || header.size <= kMaxShort || header.size > packed.size()) return false;
    AddLong(packed.substr(0, header.size), header.times);
    packed.remove_prefix(header.size);
  }
  return packed.empty();
}

}  // namespace owt::train_tokenizer
