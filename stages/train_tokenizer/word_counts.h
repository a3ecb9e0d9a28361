#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace owt::train_tokenizer {

// How often each distinct piece of text was seen. Open addressing over bytes kept in blocks that
// never move. Not thread-safe.
class WordCounts {
 public:
  WordCounts();

  void Add(std::string_view word, uint64_t times = 1);

  // Appends all words with their counts to *out, in no particular order; AddAll adds what was
  // appended so, and returns false, having added a part, where `packed` is damaged.
  void AppendTo(std::string* out) const;
  [[nodiscard]] bool AddAll(std::string_view packed);

  // Forgets all words, but keeps memory for as many again.
  void Clear();

  size_t size() const { return num_words_; }

  // Bytes of memory held.
  uint64_t memory_bytes() const { return slots_.size() * sizeof(Slot) + block_bytes_; }

  // Calls each(word, times), in no particular order. Views live until Clear.
  template <class Each>
  void ForEach(Each each) const {
    for (const Slot& slot : slots_) {
      if (slot.times != 0) each(std::string_view(slot.bytes, slot.size), slot.times);
    }
  }

 private:
  struct Slot {
    const char* bytes = nullptr;
    uint32_t size = 0;
    uint32_t hash = 0;   // upper half, to compare without a look at the bytes
    uint64_t times = 0;  // 0: empty
  };

  void Grow();
  const char* Keep(std::string_view word);

  std::vector<Slot> slots_;  // a power of two, at most half full
  size_t num_words_ = 0;
  std::vector<std::unique_ptr<char[]>> blocks_;
  size_t block_left_ = 0;
  char* block_next_ = nullptr;
  uint64_t block_bytes_ = 0;  // of all blocks
};

}  // namespace owt::train_tokenizer
