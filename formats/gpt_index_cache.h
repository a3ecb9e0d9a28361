#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "formats/gpt_index.h"

namespace owt::formats {

// An index in a file, so that the next run maps it instead of building it. All numbers are little
// endian.
//
//   offset  type    content
//   0       u8[8]   "OWTGPTIX"
//   8       u64     version, 1
//   16      u64     key: hash of all that the index depends on (GptIndexKey)
//   24      i64[5]  epochs, tokens per epoch, entries of doc_idx, samples, samples shuffled first
//   64      u64     1 where the last epoch is shuffled by itself
//   72      u64     xxh3 of all that follows the header
//   80      u64     xxh3 of the header before this
//   88      i32[2]  sample_idx, of each sample and of the end
//           u32     shuffle_idx
//           i32     doc_idx
//
// A file may be removed at any time: it is made anew.

// Two calls give the same key only where they give the same index: it holds the lengths of the
// range, and is thus another when the data were written anew with other documents.
uint64_t GptIndexKey(std::span<const int32_t> lengths, SequenceRange range,
                     const GptIndexOptions& options);

// Where the index of that key of the dataset PREFIX belongs: in `folder`, or where that is empty in
// .owt-index-cache beside the data.
std::string GptIndexCachePath(const std::string& prefix, const std::string& folder, uint64_t key);

// The index in the file `path`, its arrays mapped; where that is absent, damaged or of something
// else, builds the index and writes the file, all or nothing. `say` hears of a file that could not
// be used or written; training goes on without. Reads the file once, for its checksum. Throws as
// BuildGptIndex does.
GptIndex LoadOrBuildGptIndex(const std::string& path, std::span<const int32_t> lengths,
                             SequenceRange range, const GptIndexOptions& options,
                             const std::function<void(std::string_view)>& say);

}  // namespace owt::formats
