#pragma once

#include <cstdint>
#include <vector>

#include "stages/text/html_blocks.h"
#include "stages/text/html_names.h"
#include "stages/text/html_tree.h"

namespace owt::text {

// What a subtree holds, in characters and counts.
struct TextSums {
  uint32_t num_chars = 0;
  uint32_t num_link_chars = 0;
  uint32_t num_links = 0;
  uint32_t num_short_links = 0;
  uint32_t num_blocks = 0;
  // Characters outside links of blocks that read like prose: not headings, at least 40 characters
  // with under half of them in links, or code.
  uint32_t num_prose_chars = 0;
};

// Sums over the blocks of any subtree. O(nodes + blocks) to build and to keep, O(1) a question.
class SubtreeSums {
 public:
  SubtreeSums(const HtmlTree& tree, const std::vector<TextBlock>& blocks);

  TextSums Of(const HtmlTree& tree, uint32_t node) const;

 private:
  std::vector<TextSums> before_;       // sums over the blocks before block i
  std::vector<uint32_t> first_block_;  // of node i: the first block at or after it
};

// True where the block reads like prose; see TextSums.
bool IsProse(const TextBlock& block);

// Marks the elements that never hold text to read (script, nav, form controls, ...) and those that
// are hidden. Figures stay where they hold a table or code, headers inside the text stay.
NodeSet FindUnreadable(const HtmlTree& tree, const std::vector<NameSignals>& names);

}  // namespace owt::text
