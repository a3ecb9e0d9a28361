#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "stages/text/html_tree.h"

namespace owt::text {

enum class BlockKind : uint8_t { kParagraph, kHeading, kListItem, kTableRow, kCode };

// A paragraph as a reader sees it: the text between two block boundaries.
struct TextBlock {
  BlockKind kind = BlockKind::kParagraph;
  uint32_t node = 0;            // the innermost block element
  uint32_t position = 0;        // the text node it begins in; grows from block to block
  std::string text;             // blanks collapsed, but for kCode
  uint32_t num_chars = 0;       // characters, not bytes
  uint32_t num_link_chars = 0;  // of them inside <a href>
  uint32_t num_links = 0;
  uint32_t num_short_links = 0;  // of fewer than 10 characters
};

// Whether the blocks carry their text or only its measures.
enum class BlockText { kKeep, kMeasure };

// A set of nodes whose subtrees count as absent.
using NodeSet = std::vector<bool>;

// Cuts the subtree of `root` into blocks, in document order, without the subtrees of `dropped`
// (indexed by node). Words of one line stay as the browser shows them; a block boundary, a table
// cell and a <br> always part words. Two <br> in a row end a paragraph. <pre> keeps its blanks.
// Rows of tables of short cells become one block each, cells parted by " | "; other tables are
// read as layout. List items start with "- " or their number. O(subtree), no recursion.
std::vector<TextBlock> CollectBlocks(const HtmlTree& tree, uint32_t root, const NodeSet& dropped,
                                     BlockText text = BlockText::kKeep);

// The blocks that begin in the subtree of `root` and outside the subtrees of `dropped`. O(nodes).
std::vector<TextBlock> SelectBlocks(const std::vector<TextBlock>& blocks, const HtmlTree& tree,
                                    uint32_t root, const NodeSet& dropped);

// The blocks as one text: list items and rows of a table on lines of their own, everything else
// parted by an empty line.
std::string JoinBlocks(const std::vector<TextBlock>& blocks);

}  // namespace owt::text
