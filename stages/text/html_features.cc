#include "stages/text/html_features.h"

#include <algorithm>

namespace owt::text {
namespace {

bool IsNeverText(Tag tag) {
  switch (tag) {
    case Tag::kAnnotation:
    case Tag::kAside:
    case Tag::kAudio:
    case Tag::kButton:
    case Tag::kCanvas:
    case Tag::kDatalist:
    case Tag::kDialog:
    case Tag::kEmbed:
    case Tag::kFooter:
    case Tag::kHead:
    case Tag::kIframe:
    case Tag::kInput:
    case Tag::kLabel:
    case Tag::kLegend:
    case Tag::kMap:
    case Tag::kMarquee:
    case Tag::kMenu:
    case Tag::kNav:
    case Tag::kNoembed:
    case Tag::kNoframes:
    case Tag::kNoscript:
    case Tag::kObject:
    case Tag::kOptgroup:
    case Tag::kOption:
    case Tag::kProgress:
    case Tag::kRp:
    case Tag::kRt:
    case Tag::kRtc:
    case Tag::kScript:
    case Tag::kSearch:
    case Tag::kSelect:
    case Tag::kStyle:
    case Tag::kSvg:
    case Tag::kTemplate:
    case Tag::kTextarea:
    case Tag::kTitle:
    case Tag::kVideo:
      return true;
    default:
      return false;
  }
}

TextSums operator+(TextSums a, const TextBlock& block) {
  a.num_chars += block.num_chars;
  a.num_link_chars += block.num_link_chars;
  a.num_links += block.num_links;
  a.num_short_links += block.num_short_links;
  a.num_blocks += 1;
  if (IsProse(block)) a.num_prose_chars += block.num_chars - block.num_link_chars;
  return a;
}

TextSums operator-(TextSums a, const TextSums& b) {
  a.num_chars -= b.num_chars;
  a.num_link_chars -= b.num_link_chars;
  a.num_links -= b.num_links;
  a.num_short_links -= b.num_short_links;
  a.num_blocks -= b.num_blocks;
  a.num_prose_chars -= b.num_prose_chars;
  return a;
}

}  // namespace

bool IsProse(const TextBlock& block) {
  constexpr uint32_t kMinChars = 40;
  if (block.kind == BlockKind::kCode) return true;
  return block.kind != BlockKind::kHeading && block.num_chars >= kMinChars &&
         block.num_link_chars * 2 < block.num_chars;
}

SubtreeSums::SubtreeSums(const HtmlTree& tree, const std::vector<TextBlock>& blocks)
    : before_(blocks.size() + 1), first_block_(tree.size() + 1) {
  for (size_t i = 0; i < blocks.size(); ++i) before_[i + 1] = before_[i] + blocks[i];
  uint32_t block = 0;
  for (size_t i = 0; i <= tree.size(); ++i) {
    while (block < blocks.size() && blocks[block].position < i) ++block;
    first_block_[i] = block;
  }
}

TextSums SubtreeSums::Of(const HtmlTree& tree, uint32_t node) const {
  return before_[first_block_[tree[node].end]] - before_[first_block_[node]];
}

NodeSet FindUnreadable(const HtmlTree& tree, const std::vector<NameSignals>& names) {
  NodeSet unreadable(tree.size());
  std::vector<uint32_t> figures;
  for (uint32_t i = 0; i < tree.size(); ++i) {
    const Tag tag = tree[i].tag;
    if (tag == Tag::kText) continue;
    const bool frame = tag == Tag::kHtml || tag == Tag::kBody;  // some pages show them by script
    unreadable[i] = IsNeverText(tag) || (names[i].hidden && !frame) || tag == Tag::kFigure;
    if (tag == Tag::kFigure) figures.push_back(i);
  }
  // Backwards, so that an inner figure is judged first; each node belongs to few figures.
  for (auto figure = figures.rbegin(); figure != figures.rend(); ++figure) {
    for (uint32_t i = *figure + 1; i < tree[*figure].end; ++i) {
      const Tag tag = tree[i].tag;
      if (tag == Tag::kFigure) break;  // pictures of pictures
      if (tag == Tag::kTable || tag == Tag::kPre) {
        unreadable[*figure] = false;
        break;
      }
    }
  }
  return unreadable;
}

}  // namespace owt::text
