#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "stages/dedup/record_sorter.h"
#include "stages/dedup/text_sorter.h"
#include "stages/text/scratch_file.h"

namespace owt::dedup {

// Numbers any number of ids from 0 in the order of their bytes, in bounded memory, so that the
// smaller of two numbers is that of the smaller id.
//
//   for (id : ids) numbers.Add(id, tag++);
//   const uint64_t count = numbers.Finish();
//   while (numbers.NextTag(&tag, &number)) ...  // in the order of the tags
//   numbers.RewindIds();                        // as often as needed
//   while (numbers.NextId(&id, &first_tag)) ... // number 0, 1, ...
//
// Of ids of L bytes on the average it writes and reads L + 13 bytes for each Add in a first sort,
// 24 in a second, and L + 12 for each different id, beyond what fits. Not thread-safe. Throws
// Error{kResource} from temporary files.
class IdNumbers {
 public:
  // Holds at most `memory_bytes`, and twice as much during Finish.
  IdNumbers(std::string scratch_folder, uint64_t memory_bytes);

  // Tags must rise. REQUIRES: IsLineField(id).
  void Add(std::string_view id, uint64_t tag);

  // How many different ids there are.
  uint64_t Finish();

  bool NextTag(uint64_t* tag, uint64_t* number);

  // From the first id on again.
  void RewindIds();

  // *first_tag is the smallest one with this id. *id lives until the next call.
  bool NextId(std::string_view* id, uint64_t* first_tag);

 private:
  std::string folder_;
  uint64_t memory_bytes_;
  std::unique_ptr<TextSorter> tagged_;  // id, NUL, tag; until Finish
  std::string scratch_;
  RecordSorter by_tag_;    // tag, number, 0
  text::ScratchFile ids_;  // first tag and id, as TextRun has them
  uint64_t ids_end_ = 0;
  std::optional<TextRun> next_id_;
};

// Numbers at the beginning of texts that are to be sorted by them: eight bytes, the highest first.
void AppendSortable(uint64_t number, std::string* out);
uint64_t SortableAt(std::string_view text, size_t at);

}  // namespace owt::dedup
