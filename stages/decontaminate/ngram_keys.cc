#include "stages/decontaminate/ngram_keys.h"

#include <algorithm>
#include <array>
#include <limits>

#include "pipeline/error.h"
#include "stages/decontaminate/lower_case.h"

namespace owt::decontaminate {
namespace {

constexpr size_t kLeastSlots = 1024;
constexpr size_t kFilterBitsPerKey = 16;

// Keys of different lengths may have the same words' hash.
uint64_t KeyHash(const Word* words, size_t count) { return HashWords(words, count) + count; }

size_t SlotOf(uint64_t hash, size_t num_slots) {
  return static_cast<size_t>((hash * 0x9E3779B97F4A7C15u) >> 32) & (num_slots - 1);
}

}  // namespace

void NgramKeys::AddText(std::string_view text, uint16_t task) {
  WordReader reader;
  reader.Start(text);
  words_.clear();
  for (size_t got = 1; got > 0;) {
    constexpr size_t kRoom = 256;
    words_.resize(words_.size() + kRoom);
    got = reader.Read(words_.data() + words_.size() - kRoom, kRoom);
    words_.resize(words_.size() - kRoom + got);
  }
  if (words_.size() < rule_.least) return;
  if (texts_.size() + 4 * text.size() + words_.size() > std::numeric_limits<uint32_t>::max()) {
    throw Error(ErrorKind::kResource, "the tasks' texts are larger than 4 GiB");
  }
  // Where the words stand in texts_, from here on in place of the text.
  for (Word& word : words_) {
    const auto begin = static_cast<uint32_t>(texts_.size());
    AppendLowerWord(text, 0, word.begin, word.end, &texts_);
    word.begin = begin;
    word.end = static_cast<uint32_t>(texts_.size());
    texts_ += ' ';
  }
  const size_t size = std::min(rule_.most, words_.size());
  for (size_t i = 0; i + size <= words_.size(); ++i) {
    AddKey(&words_[i], size, words_[i].begin, words_[i + size - 1].end, task);
  }
}

void NgramKeys::AddKey(const Word* words, size_t count, uint32_t begin, uint32_t end,
                       uint16_t task) {
  const uint64_t hash = KeyHash(words, count);
  const std::string_view text = std::string_view(texts_).substr(begin, end - begin);
  GrowSlots(keys_.size() + 1);
  if (Lookup(hash, text) != kNone) return;
  keys_.push_back({hash, begin, end - begin, task, static_cast<uint8_t>(count), true});
  Insert(static_cast<uint32_t>(keys_.size() - 1));
}

void NgramKeys::GrowSlots(size_t num_keys) {
  if (2 * num_keys <= slots_.size()) return;
  slots_.assign(std::max(kLeastSlots, std::bit_ceil(2 * num_keys)), kNone);
  for (uint32_t key = 0; key < keys_.size(); ++key) Insert(key);
}

void NgramKeys::Insert(uint32_t key) {
  size_t slot = SlotOf(keys_[key].hash, slots_.size());
  while (slots_[slot] != kNone) slot = (slot + 1) & (slots_.size() - 1);
  slots_[slot] = key;
}

uint32_t NgramKeys::Lookup(uint64_t hash, std::string_view words) const {
  for (size_t slot = SlotOf(hash, slots_.size()); slots_[slot] != kNone;
       slot = (slot + 1) & (slots_.size() - 1)) {
    const uint32_t key = slots_[slot];
    if (keys_[key].hash == hash && TextOf(key) == words) return key;
  }
  return kNone;
}

void NgramKeys::Index() {
  std::array<bool, KeyLengths::kMost + 1> has_length{};
  size_t num_used = 0;
  for (const Key& key : keys_) {
    has_length[key.num_words] |= key.is_used;
    num_used += key.is_used;
  }
  lengths_.clear();
  for (size_t n = 0; n < has_length.size(); ++n) {
    if (has_length[n]) lengths_.push_back(static_cast<uint8_t>(n));
  }
  const size_t num_words = std::bit_ceil(std::max<size_t>(2, num_used * kFilterBitsPerKey / 64));
  filter_.assign(num_words, 0);
  filter_shift_ = 64 - std::countr_zero(num_words);
  WordReader reader;
  std::array<Word, KeyLengths::kMost> words;
  for (uint32_t key = 0; key < keys_.size(); ++key) {
    if (!keys_[key].is_used) continue;
    reader.Start(TextOf(key));  // its own lower case, in which words are the same
    const uint64_t hash = HashWords(words.data(), reader.Read(words.data(), prefix()));
    filter_[hash >> filter_shift_] |= BitsOf(hash);
  }
}

size_t NgramKeys::LeaveOut(std::span<const uint64_t> counts, uint64_t threshold) {
  size_t num_left_out = 0;
  for (size_t key = 0; key < keys_.size(); ++key) {
    if (counts[key] < threshold) continue;
    keys_[key].is_used = false;
    ++num_left_out;
  }
  Index();
  return num_left_out;
}

uint32_t NgramKeys::Find(std::string_view text, size_t from, const Word* words, size_t count,
                         std::string* scratch) const {
  const uint64_t hash = KeyHash(words, count);
  for (size_t slot = SlotOf(hash, slots_.size()); slots_[slot] != kNone;
       slot = (slot + 1) & (slots_.size() - 1)) {
    const Key& key = keys_[slots_[slot]];
    if (key.hash != hash || key.num_words != count || !key.is_used) continue;
    scratch->clear();
    for (size_t i = 0; i < count; ++i) {
      if (i > 0) *scratch += ' ';
      AppendLowerWord(text, from, words[i].begin, words[i].end, scratch);
    }
    if (*scratch == TextOf(slots_[slot])) return slots_[slot];
  }
  return kNone;
}

uint64_t NgramKeys::bytes() const {
  return texts_.size() + keys_.size() * sizeof(Key) + slots_.size() * sizeof(uint32_t) +
         filter_.size() * sizeof(uint64_t);
}

}  // namespace owt::decontaminate
