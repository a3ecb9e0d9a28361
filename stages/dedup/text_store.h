#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "stages/text/scratch_file.h"

namespace owt::dedup {

// The texts of a corpus, one behind another in a nameless file, so that a byte's place is one
// number. Behind each is a NUL, which no text has. Disk: the texts, and 16 bytes each; memory: 8
// bytes for 1,024 texts, and buffers. Reading is thread-safe.
class TextStore {
 public:
  struct Entry {
    uint64_t begin = 0;
    uint64_t end = 0;  // where the NUL is
    uint64_t record = 0;
  };

  TextStore(const std::string& folder, uint64_t memory_bytes);

  void Add(uint64_t record, std::string_view text);
  void FinishWriting();

  uint64_t size() const { return texts_.size(); }

  // Reads bytes from `begin` on into *bytes: `size` of them, fewer only at the end.
  void Read(uint64_t begin, size_t size, std::string* bytes) const;

 private:
  friend class TextFinder;

  // As they stand in the file.
  struct Start {
    uint64_t begin, record;
  };

  static constexpr size_t kBlock = 1024;

  text::ScratchFile texts_;
  text::ScratchFile starts_;
  uint64_t num_texts_ = 0;
  std::vector<uint64_t> block_begins_;  // of every kBlock-th text
};

// Finds the text that holds a place; cheap where it is near the one before. Not thread-safe.
class TextFinder {
 public:
  explicit TextFinder(const TextStore* store) : store_(store) {}

  // REQUIRES: place < store->size().
  TextStore::Entry Find(uint64_t place);

 private:
  const TextStore* store_;
  std::vector<TextStore::Start> starts_;  // of a block, and one more
  size_t block_ = ~size_t{0};
};

// Reads places that mostly rise, some ahead. Not thread-safe.
class TextReader {
 public:
  explicit TextReader(const TextStore* store) : store_(store) {}

  // Lives until the next call. REQUIRES: the store has so many bytes there.
  std::string_view Get(uint64_t begin, size_t size);

 private:
  const TextStore* store_;
  std::string bytes_;
  uint64_t begin_ = 0;
};

}  // namespace owt::dedup
