// How the main text is found, after the published rules of trafilatura (containers by name, undo
// guards, link density) and Readability (density), on arrays instead of XPath:
//
// 1. Elements that are never read or hidden count as absent.
// 2. Container: elements whose name or tag says "article body" in five ranks, surest first; of one
//    rank the one with the most prose. It must hold a fair share of the page's prose, else the next
//    rank is asked. Where none does, the smallest element with most of the prose is taken.
// 3. Inside it, elements that are navigation, sharing, comments and the like by name go, then parts
//    made of links. Each step is undone where too little would be left.
// 4. Where the result is short: all paragraphs of the page, then the article body in the page's
//    JSON-LD, then everything shown.
#include "stages/text/main_text.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "stages/text/article_body.h"
#include "stages/text/html_features.h"
#include "stages/text/html_names.h"
#include "stages/text/html_prune.h"

namespace owt::text {
namespace {

constexpr uint32_t kShortText = 250;      // characters; below, the fallbacks are asked
constexpr uint32_t kUndoShare = 7;        // a step that leaves less than 1/7 is undone
constexpr uint32_t kMinShare = 3;         // a container holds at least 1/3 of the prose
constexpr uint32_t kDescendPercent = 80;  // "most of the prose"
constexpr uint32_t kBesidePercent = 3;    // "next to none"

uint32_t NumChars(const std::vector<TextBlock>& blocks) {
  uint32_t chars = 0;
  for (const TextBlock& block : blocks) chars += block.num_chars;
  return chars;
}

bool MayBeContainer(Tag tag) {
  return tag == Tag::kArticle || tag == Tag::kDiv || tag == Tag::kMain || tag == Tag::kSection ||
         tag == Tag::kTd;
}

// Structure around text rather than text.
bool IsDescendable(Tag tag) {
  return MayBeContainer(tag) || tag == Tag::kBody || tag == Tag::kTable || tag == Tag::kTbody ||
         tag == Tag::kTr || tag == Tag::kCenter || tag == Tag::kForm || tag == Tag::kUnknown ||
         tag == Tag::kSpan || tag == Tag::kFont;
}

// The rank of an element as container of the text, NameSignals::kNoRank for none.
uint8_t ContainerRank(Tag tag, const NameSignals& names) {
  if (!MayBeContainer(tag)) return NameSignals::kNoRank;
  uint8_t rank = names.content_rank;
  if (tag == Tag::kArticle) rank = std::min<uint8_t>(rank, 1);
  if (tag == Tag::kMain) rank = std::min<uint8_t>(rank, 4);
  return rank;
}

// The article body in the structured data, a block for each line of it.
std::vector<TextBlock> DescribedBlocks(const HtmlTree& tree) {
  // Some sites put markup into it; lines become paragraphs.
  std::string markup = FindArticleBody(tree);
  if (markup.empty()) return {};
  std::string paragraphs;
  for (char c : markup) {
    if (c == '\n') {
      paragraphs.append("<p>");
    } else {
      paragraphs.push_back(c);
    }
  }
  const HtmlTree body = ParseHtml(paragraphs);
  return CollectBlocks(body, 0, FindUnreadable(body, std::vector<NameSignals>(body.size())));
}

class MainTextFinder {
 public:
  explicit MainTextFinder(const HtmlTree& tree);

  MainText Find();

 private:
  std::vector<TextBlock> PrunedBlocks(uint32_t root) const;
  std::vector<TextBlock> Paragraphs() const;
  uint32_t FindNamedContainer(const SubtreeSums& sums) const;  // 0 where there is none
  uint32_t FindDensest(const SubtreeSums& sums) const;

  const HtmlTree& tree_;
  std::vector<NameSignals> names_;
  NodeSet unreadable_;
  NodeSet noise_;                 // unreadable, or noise by name
  std::vector<TextBlock> shown_;  // measures of all that is readable
};

MainTextFinder::MainTextFinder(const HtmlTree& tree) : tree_(tree), names_(tree.size()) {
  for (uint32_t i = 0; i < tree.size(); ++i) names_[i] = ReadNames(tree, tree[i]);
  unreadable_ = FindUnreadable(tree, names_);
}

// The best element of the surest rank that holds enough of the prose which is not noise.
uint32_t MainTextFinder::FindNamedContainer(const SubtreeSums& sums) const {
  constexpr uint8_t kNumRanks = 5;

  struct Best {
    uint32_t node = 0;
    uint32_t prose = 0;
    uint32_t rivals = 0;  // prose of all elements of the rank that lie in no other one of it
    uint32_t end = 0;     // of the last one counted
  };

  std::array<Best, kNumRanks> best;
  for (uint32_t i = 1; i < tree_.size();) {
    if (noise_[i]) {
      i = tree_[i].end;
      continue;
    }
    const uint8_t rank = ContainerRank(tree_[i].tag, names_[i]);
    if (rank < kNumRanks) {
      Best& of_rank = best[rank];
      const uint32_t prose = sums.Of(tree_, i).num_prose_chars;
      if (i >= of_rank.end) {
        of_rank.rivals += prose;
        of_rank.end = tree_[i].end;
      }
      if (prose > of_rank.prose) {
        of_rank.node = i;
        of_rank.prose = prose;
      }
    }
    ++i;
  }
  const uint32_t all = sums.Of(tree_, 0).num_prose_chars;
  for (const Best& of_rank : best) {
    if (of_rank.node == 0 || of_rank.prose * kMinShare < all) continue;
    // Several of about the same size are a list of articles or a body in parts.
    if (of_rank.prose * 2 < of_rank.rivals) continue;
    return of_rank.node;
  }
  return 0;
}

// Goes down from the root as long as one child holds most of the prose and next to none stands
// beside it in paragraphs of the same parent: that would be the text around a section.
uint32_t MainTextFinder::FindDensest(const SubtreeSums& sums) const {
  uint32_t node = 0;
  for (;;) {
    const uint64_t prose = sums.Of(tree_, node).num_prose_chars;
    uint32_t next = 0;
    uint64_t beside = 0;
    for (uint32_t child = node + 1; child < tree_[node].end; child = tree_[child].end) {
      const Tag tag = tree_[child].tag;
      if (tag == Tag::kText || noise_[child]) continue;
      const uint64_t inside = sums.Of(tree_, child).num_prose_chars;
      if (!IsDescendable(tag)) {
        beside += inside;
      } else if (inside > 0 && inside * 100 >= prose * kDescendPercent) {
        next = child;
      }
    }
    if (next == 0 || beside * 100 > prose * kBesidePercent) return node;
    node = next;
  }
}

std::vector<TextBlock> MainTextFinder::PrunedBlocks(uint32_t root) const {
  const std::vector<TextBlock> all = SelectBlocks(shown_, tree_, root, unreadable_);
  NodeSet dropped = unreadable_;
  DropByName(tree_, names_, SubtreeSums(tree_, all), root, &dropped);
  std::vector<TextBlock> named = CollectBlocks(tree_, root, dropped, BlockText::kMeasure);
  if (NumChars(named) * kUndoShare < NumChars(all)) {
    named = all;
    dropped = unreadable_;
  }
  NodeSet without_lists = dropped;
  DropLinkLists(tree_, SubtreeSums(tree_, named), root, &without_lists);
  const uint32_t left = NumChars(SelectBlocks(named, tree_, root, without_lists));
  if (left * kUndoShare < NumChars(named)) without_lists = std::move(dropped);
  std::vector<TextBlock> blocks = CollectBlocks(tree_, root, without_lists);
  DropEmptyTalk(&blocks);
  return blocks;
}

std::vector<TextBlock> MainTextFinder::Paragraphs() const {
  std::vector<TextBlock> blocks = CollectBlocks(tree_, 0, noise_);
  std::erase_if(blocks, [](const TextBlock& block) { return !IsProse(block); });
  DropEmptyTalk(&blocks);
  return blocks;
}

MainText MainTextFinder::Find() {
  MainText result;
  shown_ = CollectBlocks(tree_, 0, unreadable_, BlockText::kMeasure);
  noise_ = unreadable_;
  DropByName(tree_, names_, SubtreeSums(tree_, shown_), 0, &noise_);
  const SubtreeSums sums(tree_, SelectBlocks(shown_, tree_, 0, noise_));
  uint32_t container = FindNamedContainer(sums);
  result.origin = container == 0 ? TextOrigin::kDensest : TextOrigin::kContainer;
  if (container == 0) container = FindDensest(sums);
  result.blocks = PrunedBlocks(container);
  if (NumChars(result.blocks) >= kShortText) return result;

  std::vector<TextBlock> paragraphs = Paragraphs();
  if (NumChars(paragraphs) > 2 * NumChars(result.blocks)) {
    result = {std::move(paragraphs), TextOrigin::kParagraphs};
  }
  std::vector<TextBlock> described = DescribedBlocks(tree_);
  if (NumChars(described) > 2 * NumChars(result.blocks)) {
    result = {std::move(described), TextOrigin::kMetadata};
  }
  constexpr uint32_t kNothing = 25;
  if (NumChars(result.blocks) < kNothing) {
    result = {CollectBlocks(tree_, 0, unreadable_), TextOrigin::kBody};
  }
  if (result.blocks.empty()) result.origin = TextOrigin::kNone;
  return result;
}

}  // namespace

MainText FindMainText(const HtmlTree& tree) { return MainTextFinder(tree).Find(); }

}  // namespace owt::text
