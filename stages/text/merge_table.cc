#include "stages/text/merge_table.h"

#include <bit>

namespace owt::text {

MergeTable::MergeTable(const formats::Gpt2Vocab& vocab) : rows_(vocab.size() + 1) {
  std::vector<uint32_t> num_rights(vocab.size());
  for (const formats::MergePair& merge : vocab.merges()) ++num_rights[merge.left];
  uint32_t end = 1;
  for (uint32_t left = 0; left < vocab.size(); ++left) {
    if (num_rights[left] == 0) continue;
    const uint32_t size = std::bit_ceil(num_rights[left] * 2);
    rows_[left] = {end, size - 1};
    end += size;
  }
  entries_.resize(end);
  uint32_t merged = formats::Gpt2Vocab::kNumBytes;
  for (const formats::MergePair& merge : vocab.merges()) {
    const Row& row = rows_[merge.left];
    uint32_t i = Hash(merge.right);
    while (entries_[row.begin + (i & row.mask)].right != kNone) ++i;
    entries_[row.begin + (i & row.mask)] = {merge.right, merged++};
  }
}

}  // namespace owt::text
