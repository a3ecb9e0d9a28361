#include "stages/text/html_prune.h"

#include <algorithm>
#include <string>
#include <string_view>

namespace owt::text {
namespace {

bool TakesNames(Tag tag) {
  switch (tag) {
    case Tag::kA:
    case Tag::kDd:
    case Tag::kDiv:
    case Tag::kDl:
    case Tag::kFieldset:
    case Tag::kForm:
    case Tag::kH1:
    case Tag::kH2:
    case Tag::kH3:
    case Tag::kH4:
    case Tag::kH5:
    case Tag::kH6:
    case Tag::kHeader:
    case Tag::kLi:
    case Tag::kOl:
    case Tag::kP:
    case Tag::kSection:
    case Tag::kSpan:
    case Tag::kTable:
    case Tag::kTd:
    case Tag::kUl:
    case Tag::kUnknown:
      return true;
    default:
      return false;
  }
}

bool IsCode(Tag tag) { return tag == Tag::kPre || tag == Tag::kCode || tag == Tag::kListing; }

bool IsLinkGroup(Tag tag) {
  return tag == Tag::kDiv || tag == Tag::kSection || tag == Tag::kUl || tag == Tag::kOl ||
         tag == Tag::kDl || tag == Tag::kTable || tag == Tag::kP;
}

// Whether anything but blank text follows `node` in its parent.
bool IsLast(const HtmlTree& tree, uint32_t node) {
  const uint32_t parent_end = tree[tree[node].parent].end;
  uint32_t next = tree[node].end;
  while (next < parent_end && tree[next].tag == Tag::kText) ++next;
  return next >= parent_end;
}

bool IsLinkTable(const TextSums& sums) {
  if (sums.num_chars < 200) return false;
  const uint32_t percent = sums.num_chars < 1000 ? 80 : 50;
  return uint64_t{sums.num_link_chars} * 100 > uint64_t{sums.num_chars} * percent;
}

bool IsLinkList(const TextSums& sums, Tag tag, bool last) {
  const bool paragraph = tag == Tag::kP;
  if (sums.num_links == 0) return false;
  const uint64_t percent = uint64_t{sums.num_link_chars} * 100 / std::max(sums.num_chars, 1u);
  if (sums.num_links == 1) return percent > 90 && (sums.num_link_chars > 100 || !paragraph);
  const uint32_t limit = paragraph ? (last ? 60 : 30) : (last ? 300 : 100);
  if (sums.num_chars < limit) {
    return percent > 80 || (percent > 50 && sums.num_short_links * 5 > sums.num_links * 4);
  }
  const uint32_t few = tag == Tag::kUl || tag == Tag::kOl ? 2 : 4;
  return sums.num_links > few && percent > 90 && sums.num_link_chars / sums.num_links < 100;
}

std::string LowerLetters(std::string_view text) {
  std::string lower;
  for (char c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    if ((c >= 'a' && c <= 'z') || c < 0) lower.push_back(c);
  }
  return lower;
}

// Labels of buttons, put together from their letters.
constexpr std::string_view kButtonLabels[] = {"advertisement",
                                              "bluesky",
                                              "comments",
                                              "copylink",
                                              "email",
                                              "facebook",
                                              "instagram",
                                              "linkedin",
                                              "mail",
                                              "mehr",
                                              "more",
                                              "pdf",
                                              "pinterest",
                                              "print",
                                              "printfriendly",
                                              "readmore",
                                              "reddit",
                                              "reply",
                                              "share",
                                              "shareon",
                                              "sharethis",
                                              "skiptocontent",
                                              "snapchat",
                                              "telegram",
                                              "threads",
                                              "tweet",
                                              "twitter",
                                              "vk",
                                              "whatsapp",
                                              "xing",
                                              "sharethisarticle",
                                              "facebooktwitter",
                                              "tweetshare",
                                              "leaveareply",
                                              "postacomment",
                                              "drucken",
                                              "teilen",
                                              "imprimer",
                                              "partager",
                                              "imprimir",
                                              "compartir"};

bool IsButtonLabel(const TextBlock& block) {
  constexpr uint32_t kMaxLabel = 40;
  if (block.num_chars > kMaxLabel || block.kind == BlockKind::kCode) return false;
  const std::string letters = LowerLetters(block.text);
  return std::find(std::begin(kButtonLabels), std::end(kButtonLabels), letters) !=
         std::end(kButtonLabels);
}

}  // namespace

void DropByName(const HtmlTree& tree, const std::vector<NameSignals>& names,
                const SubtreeSums& sums, uint32_t root, NodeSet* dropped) {
  const uint32_t prose = sums.Of(tree, root).num_prose_chars;
  for (uint32_t i = root + 1; i < tree[root].end;) {
    const HtmlNode& node = tree[i];
    if ((*dropped)[i] || IsCode(node.tag)) {
      i = node.end;
      continue;
    }
    if (names[i].discard && TakesNames(node.tag) && sums.Of(tree, i).num_prose_chars * 2 <= prose) {
      (*dropped)[i] = true;
      i = node.end;
      continue;
    }
    ++i;
  }
}

void DropLinkLists(const HtmlTree& tree, const SubtreeSums& sums, uint32_t root, NodeSet* dropped) {
  for (uint32_t i = root + 1; i < tree[root].end;) {
    const HtmlNode& node = tree[i];
    if ((*dropped)[i] || IsCode(node.tag)) {
      i = node.end;
      continue;
    }
    if (IsLinkGroup(node.tag)) {
      const TextSums here = sums.Of(tree, i);
      const Tag parent = tree[node.parent].tag;
      const bool in_cell = parent == Tag::kLi || parent == Tag::kTd || parent == Tag::kTh;
      const bool paragraph = node.tag == Tag::kP;
      const bool drop = node.tag == Tag::kTable ? IsLinkTable(here)
                                                : !(paragraph && in_cell) &&
                                                      IsLinkList(here, node.tag, IsLast(tree, i));
      if (drop) {
        (*dropped)[i] = true;
        i = node.end;
        continue;
      }
    }
    ++i;
  }
}

void DropEmptyTalk(std::vector<TextBlock>* blocks) {
  constexpr uint32_t kMinRepeated = 50;
  std::vector<TextBlock> kept;
  kept.reserve(blocks->size());
  for (TextBlock& block : *blocks) {
    if (IsButtonLabel(block)) continue;
    if (!kept.empty() && block.num_chars > kMinRepeated && kept.back().text == block.text) continue;
    kept.push_back(std::move(block));
  }
  while (!kept.empty() && kept.back().kind == BlockKind::kHeading && kept.size() > 1) {
    kept.pop_back();
  }
  *blocks = std::move(kept);
}

}  // namespace owt::text
