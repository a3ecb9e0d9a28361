#pragma once

#include <cstdint>
#include <string_view>

#include "stages/text/html_tree.h"

namespace owt::text {

// What the class, id, role and itemprop of an element say about its content.
struct NameSignals {
  // 0 to 4: the name is one that pages give to the body of an article, 0 the surest; kNoRank else.
  static constexpr uint8_t kNoRank = 255;
  uint8_t content_rank = kNoRank;
  bool discard = false;  // navigation, share buttons, advertisement, comments, ...
  bool hidden = false;   // not shown by any browser, or to nobody but machines
};

// Reads the names word by word: "postMenu" and "post-menu" hold the word "menu", "documenta" does
// not; "no-sidebar" and "has-menu" say nothing; WordPress' "tag-advertising" is a topic.
// O(attributes), no allocation.
NameSignals ReadNames(const HtmlTree& tree, const HtmlNode& node);

}  // namespace owt::text
