#pragma once

#include <cstdint>
#include <vector>

#include "stages/text/html_blocks.h"
#include "stages/text/html_features.h"
#include "stages/text/html_names.h"
#include "stages/text/html_tree.h"

namespace owt::text {

// Adds to `dropped` the elements under `root` whose names say that they are no part of the text
// (see html_names.h). An element with more than half of the root's prose stays whatever its name,
// and so does what stands in code. O(subtree).
// REQUIRES: `sums` is of the blocks left by `dropped` as passed in.
void DropByName(const HtmlTree& tree, const std::vector<NameSignals>& names,
                const SubtreeSums& sums, uint32_t root, NodeSet* dropped);

// Adds to `dropped` the parts under `root` that are made of links: menus, lists of other articles,
// link tables. The sizes and shares are trafilatura's (reference: its link density rules).
// O(subtree). REQUIRES: as above.
void DropLinkLists(const HtmlTree& tree, const SubtreeSums& sums, uint32_t root, NodeSet* dropped);

// Removes the blocks that say nothing: lone words of share and print buttons, a long block that
// repeats the one before, headings at the end. O(blocks).
void DropEmptyTalk(std::vector<TextBlock>* blocks);

}  // namespace owt::text
