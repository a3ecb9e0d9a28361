#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "stages/text/scratch_file.h"

namespace owt::dedup {

// The ids of documents that go, and for each the id of the one that stays for it. An id is known by
// 128 bits of XXH3, so that among 10^12 two share them with a chance below 10^-14. Takes 24 bytes
// an id, sorted; the names of those that stay are in a temporary file. Not thread-safe while it is
// filled; afterwards it is.
class DropList {
 public:
  // Throws Error{kResource} from Add beyond `memory_bytes`.
  DropList(std::string scratch_folder, uint64_t memory_bytes);

  void Add(std::string_view id, std::string_view kept);

  // To be called between the last Add and the first Find. Of an id added twice the first one holds.
  void Finish();

  size_t size() const { return entries_.size(); }

  // Whether the document goes; if so, and `kept` is not nullptr, *kept is what stays for it.
  bool Find(std::string_view id, std::string* kept) const;

 private:
  using Entry = std::array<uint64_t, 3>;  // the hash, and where `kept` is in names_

  std::vector<Entry> entries_;
  uint64_t max_entries_;
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
