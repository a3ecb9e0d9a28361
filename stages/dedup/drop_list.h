#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "stages/dedup/record_sorter.h"
#include "stages/text/scratch_file.h"

namespace owt::dedup {

// The ids of documents that go, and for each the id of the one that stays for it. An id is known by
// 128 bits of XXH3, so that among 10^12 two share them with a chance below 10^-14. Takes 24 bytes
// an id, and where that does not fit none: then the ids cannot be asked for, but come in the order
// of their hashes. The names of those that stay are in a temporary file. Not thread-safe while it
// is filled; Find and ReadName are afterwards.
class DropList {
 public:
  // Holds at most `memory_bytes`, and half as much beside while it is filled.
  DropList(std::string scratch_folder, uint64_t memory_bytes);

  void Add(std::string_view id, std::string_view kept);

  // To be called behind the last Add. Of an id added twice the first one holds.
  void Finish();

  // Whether all ids are in memory.
  bool fits() const { return fits_; }

  // Whether the document goes; if so, and `kept` is not nullptr, *kept is what stays for it.
  // REQUIRES: fits().
  bool Find(std::string_view id, std::string* kept) const;

  // An id's hash (TextKey's high, then low half), and where the name is that stays for it.
  using Entry = RecordSorter::Record;

  // The next id in the order of the hashes. REQUIRES: !fits().
  bool Next(Entry* entry);

  void ReadName(uint64_t place, std::string* name) const;

 private:
  RecordSorter sorter_;
  uint64_t num_added_ = 0;
  uint64_t max_entries_;
  bool fits_ = true;
  std::vector<Entry> entries_;
  Entry last_{};  // that Next gave
  bool has_last_ = false;
  text::ScratchFile names_;  // 4 bytes of length, and the name
  uint64_t last_place_ = 0;
  std::string last_name_;  // the one at last_place_: those of a cluster come one after the other
};

// Reads components (components.h) into `list`: every id with a root that is not itself. With
// `prefix` only ids that begin with it. Any compression. Throws Error{kInput} as LineReader.
void ReadComponents(const std::string& path, std::string_view prefix, DropList* list);

// Reads Megatron-LM's groups (pair_lines.h): of each list all ids but the first. Throws
// Error{kInput} with file and line for what is no such line.
void ReadGroups(const std::string& path, DropList* list);

}  // namespace owt::dedup
