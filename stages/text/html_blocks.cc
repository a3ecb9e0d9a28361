// One walk over the flat tree. The elements that are open form a stack, whose ends tell when a
// block is over; text is gathered in the current block until a boundary comes.
#include "stages/text/html_blocks.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace owt::text {
namespace {

bool IsBlank(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f'; }

bool IsCell(Tag tag) { return tag == Tag::kTd || tag == Tag::kTh; }

bool IsPreformatted(Tag tag) {
  return tag == Tag::kPre || tag == Tag::kListing || tag == Tag::kXmp;
}

bool IsList(Tag tag) {
  return tag == Tag::kUl || tag == Tag::kOl || tag == Tag::kMenu || tag == Tag::kDir;
}

bool IsItem(Tag tag) { return tag == Tag::kLi || tag == Tag::kDt || tag == Tag::kDd; }

// The bytes at text[at] that show nothing or a plain blank: U+00A0, U+00AD, U+200B, U+FEFF.
struct Invisible {
  size_t size = 0;
  bool blank = false;
};

Invisible InvisibleAt(std::string_view text, size_t at) {
  const std::string_view two = text.substr(at, 2);
  if (two == "\xC2\xA0") return {2, true};
  if (two == "\xC2\xAD") return {2, false};
  const std::string_view three = text.substr(at, 3);
  if (three == "\xE2\x80\x8B" || three == "\xEF\xBB\xBF") return {3, false};
  return {};
}

// Bytes that are blank or may begin something invisible.
constexpr std::array<bool, 256> kNeedsLook = [] {
  std::array<bool, 256> table{};
  for (const unsigned char c : {' ', '\n', '\t', '\r', '\f', '\xC2', '\xE2', '\xEF'})
    table[c] = true;
  return table;
}();

class BlockCollector {
 public:
  BlockCollector(const HtmlTree& tree, const NodeSet& dropped, bool keep_text)
      : tree_(tree), dropped_(dropped), keep_text_(keep_text) {}

  std::vector<TextBlock> Collect(uint32_t root);

 private:
  struct List {
    bool ordered;
    uint32_t next_number;
  };

  void Enter(uint32_t node);
  void Leave(uint32_t node);
  void AddText(std::string_view text);
  void AddPreformatted(std::string_view text);
  void AddRun(std::string_view run);
  void AddSeparator();
  void BreakLine();
  void StartLine();
  void EndBlock();
  bool TrimCurrent();
  bool IsFlatRow(uint32_t row) const;
  void StartItem();
  void CountLink();

  const HtmlTree& tree_;
  const NodeSet& dropped_;
  const bool keep_text_;
  std::vector<TextBlock> blocks_;
  std::vector<uint32_t> open_;  // elements around the current node
  std::vector<List> lists_;
  TextBlock current_;
  std::string marker_;     // of the list item whose first text is to come
  bool has_text_ = false;  // in the current block
  bool pending_blank_ = false;
  bool pending_break_ = false;
  bool pending_cell_ = false;
  uint32_t num_open_links_ = 0;
  uint32_t chars_before_link_ = 0;  // link characters of the block where the open link began
  uint32_t num_open_pre_ = 0;
  uint32_t num_open_headings_ = 0;
  uint32_t num_open_items_ = 0;  // li, dt, dd
  bool in_flat_row_ = false;
};

std::vector<TextBlock> BlockCollector::Collect(uint32_t root) {
  const uint32_t end = tree_[root].end;
  for (uint32_t i = root; i < end;) {
    while (!open_.empty() && tree_[open_.back()].end <= i) {
      Leave(open_.back());
      open_.pop_back();
    }
    const HtmlNode& node = tree_[i];
    if (dropped_[i]) {
      if (IsBlock(node.tag) && !in_flat_row_) EndBlock();
      i = node.end;
      continue;
    }
    if (node.tag == Tag::kText) {
      if (!has_text_) current_.position = i;
      AddText(tree_.Text(node));
    } else {
      Enter(i);
      if (node.end > i + 1 || IsBlock(node.tag)) open_.push_back(i);
    }
    ++i;
  }
  while (!open_.empty()) {
    Leave(open_.back());
    open_.pop_back();
  }
  EndBlock();
  return std::move(blocks_);
}

void BlockCollector::Enter(uint32_t i) {
  const HtmlNode& node = tree_[i];
  const Tag tag = node.tag;
  if (tag == Tag::kBr) {
    BreakLine();
    return;
  }
  if (in_flat_row_) {
    if (IsCell(tag)) {
      pending_cell_ = has_text_;
    } else if (IsBlock(tag)) {
      pending_blank_ = true;
    }
  } else if (IsBlock(tag)) {
    if (num_open_pre_ > 0) {
      StartLine();
    } else {
      EndBlock();
      current_.node = i;
    }
  }
  // Elements without content have no Leave.
  if (node.end == i + 1) return;
  if (tag == Tag::kA && tree_.HasAttribute(node, Attribute::kHref)) {
    if (num_open_links_++ == 0) chars_before_link_ = current_.num_link_chars;
  }
  if (IsPreformatted(tag)) ++num_open_pre_;
  if (IsHeading(tag)) ++num_open_headings_;
  if (tag == Tag::kTr && !in_flat_row_) in_flat_row_ = IsFlatRow(i);
  if (IsList(tag)) lists_.push_back({tag == Tag::kOl, 1});
  if (tag == Tag::kLi) StartItem();
  if (IsItem(tag)) ++num_open_items_;
}

// Counts the open link in the current block, if it has text there.
void BlockCollector::CountLink() {
  constexpr uint32_t kShortLink = 10;
  const uint32_t chars = current_.num_link_chars - chars_before_link_;
  chars_before_link_ = current_.num_link_chars;
  if (chars == 0) return;
  ++current_.num_links;
  if (chars < kShortLink) ++current_.num_short_links;
}

void BlockCollector::StartItem() {
  marker_ = "- ";
  if (lists_.empty() || !lists_.back().ordered) return;
  marker_ = std::to_string(lists_.back().next_number++) + ". ";
}

void BlockCollector::Leave(uint32_t i) {
  const HtmlNode& node = tree_[i];
  if (IsBlock(node.tag)) {
    if (in_flat_row_ && node.tag != Tag::kTr) {
      pending_blank_ = true;
    } else if (num_open_pre_ > 0 && !IsPreformatted(node.tag)) {
      StartLine();
    } else {
      EndBlock();
      current_.node = node.parent;
    }
  }
  if (node.end == i + 1) return;
  if (node.tag == Tag::kA && tree_.HasAttribute(node, Attribute::kHref)) {
    if (--num_open_links_ == 0) CountLink();
  }
  if (IsPreformatted(node.tag)) --num_open_pre_;
  if (IsHeading(node.tag)) --num_open_headings_;
  if (node.tag == Tag::kTr) in_flat_row_ = false;
  if (node.tag == Tag::kLi) marker_.clear();
  if (IsItem(node.tag)) --num_open_items_;
  if (IsList(node.tag)) lists_.pop_back();
}

// A row reads as one line where its cells are short and hold no blocks of their own to speak of.
bool BlockCollector::IsFlatRow(uint32_t row) const {
  constexpr uint32_t kMaxCellBytes = 300;
  constexpr uint32_t kMaxCellBlocks = 2;
  uint32_t cell_bytes = 0;
  uint32_t cell_blocks = 0;
  for (uint32_t i = row + 1; i < tree_[row].end;) {
    const HtmlNode& node = tree_[i];
    if (dropped_[i]) {
      i = node.end;
      continue;
    }
    if (IsCell(node.tag)) {
      cell_bytes = 0;
      cell_blocks = 0;
    } else if (node.tag == Tag::kText) {
      cell_bytes += node.text_size;
    } else if (node.tag == Tag::kTable || IsPreformatted(node.tag)) {
      return false;
    } else if (IsBlock(node.tag)) {
      ++cell_blocks;
    }
    if (cell_bytes > kMaxCellBytes || cell_blocks > kMaxCellBlocks) return false;
    ++i;
  }
  return true;
}

// What parts the text to come from the text before.
void BlockCollector::AddSeparator() {
  const std::string_view separator = pending_cell_                 ? " | "
                                     : pending_break_              ? "\n"
                                     : pending_blank_ && has_text_ ? " "
                                                                   : "";
  pending_cell_ = pending_break_ = pending_blank_ = false;
  current_.num_chars += static_cast<uint32_t>(separator.size());
  if (keep_text_) current_.text.append(separator);
}

// Adds text as it is.
void BlockCollector::AddRun(std::string_view run) {
  if (run.empty()) return;
  AddSeparator();
  has_text_ = true;
  if (keep_text_) current_.text.append(run);
  const auto chars = static_cast<uint32_t>(
      std::count_if(run.begin(), run.end(), [](char c) { return (c & 0xC0) != 0x80; }));
  current_.num_chars += chars;
  if (num_open_links_ > 0) current_.num_link_chars += chars;
}

void BlockCollector::AddText(std::string_view text) {
  if (num_open_pre_ > 0) {
    AddPreformatted(text);
    return;
  }
  // Runs of text with single spaces go in one piece.
  size_t begin = 0;
  for (size_t at = 0; at < text.size();) {
    const char c = text[at];
    const bool special = kNeedsLook[static_cast<unsigned char>(c)];
    if (!special || (c == ' ' && at > begin && at + 1 < text.size() &&
                     !kNeedsLook[static_cast<unsigned char>(text[at + 1])])) {
      ++at;
      continue;
    }
    const Invisible invisible = IsBlank(c) ? Invisible{1, true} : InvisibleAt(text, at);
    if (invisible.size == 0) {
      ++at;
      continue;
    }
    AddRun(text.substr(begin, at - begin));
    pending_blank_ |= invisible.blank;
    at += invisible.size;
    begin = at;
  }
  AddRun(text.substr(begin));
}

void BlockCollector::AddPreformatted(std::string_view text) {
  if (!has_text_ && text.substr(0, 1) == "\n") text.remove_prefix(1);
  pending_blank_ = false;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\r'), text.size());
    AddRun(text.substr(0, end));
    const bool lone = end < text.size() && text.substr(end + 1, 1) != "\n";
    if (lone) AddRun("\n");
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

void BlockCollector::BreakLine() {
  if (num_open_pre_ > 0) {
    if (has_text_) AddRun("\n");
    return;
  }
  if (pending_break_) {
    EndBlock();
    return;
  }
  pending_break_ = has_text_;
}

// A block boundary inside <pre>.
void BlockCollector::StartLine() {
  if (keep_text_ && has_text_ && current_.text.back() != '\n') current_.text.push_back('\n');
}

void BlockCollector::EndBlock() {
  pending_cell_ = pending_break_ = pending_blank_ = false;
  if (num_open_links_ > 0) CountLink();  // it goes on in the next block
  chars_before_link_ = 0;
  const uint32_t node = current_.node;
  if (has_text_ && TrimCurrent()) {
    if (num_open_pre_ > 0) {
      current_.kind = BlockKind::kCode;
    } else if (num_open_headings_ > 0) {
      current_.kind = BlockKind::kHeading;
    } else if (in_flat_row_) {
      current_.kind = BlockKind::kTableRow;
    } else if (num_open_items_ > 0) {
      current_.kind = BlockKind::kListItem;
    }
    if (keep_text_) current_.text.insert(0, marker_);
    marker_.clear();
    blocks_.push_back(std::move(current_));
  }
  current_ = TextBlock();
  current_.node = node;
  has_text_ = false;
}

// Takes blanks off the end of what <pre> holds; false where nothing else is left.
bool BlockCollector::TrimCurrent() {
  if (!keep_text_) return true;
  std::string& text = current_.text;
  while (!text.empty() && IsBlank(text.back())) text.pop_back();
  return !text.empty();
}

}  // namespace

std::vector<TextBlock> CollectBlocks(const HtmlTree& tree, uint32_t root, const NodeSet& dropped,
                                     BlockText text) {
  return BlockCollector(tree, dropped, text == BlockText::kKeep).Collect(root);
}

std::string JoinBlocks(const std::vector<TextBlock>& blocks) {
  std::string text;
  for (size_t i = 0; i < blocks.size(); ++i) {
    if (i > 0) {
      const BlockKind kind = blocks[i].kind;
      const bool line = kind == blocks[i - 1].kind &&
                        (kind == BlockKind::kListItem || kind == BlockKind::kTableRow);
      text.append(line ? "\n" : "\n\n");
    }
    text.append(blocks[i].text);
  }
  return text;
}

std::vector<TextBlock> SelectBlocks(const std::vector<TextBlock>& blocks, const HtmlTree& tree,
                                    uint32_t root, const NodeSet& dropped) {
  std::vector<TextBlock> selected;
  auto block = blocks.begin();
  while (block != blocks.end() && block->position < root) ++block;
  for (uint32_t i = root; i < tree[root].end && block != blocks.end();) {
    const uint32_t next = dropped[i] ? tree[i].end : i + 1;
    for (; block != blocks.end() && block->position < next; ++block) {
      if (!dropped[i]) selected.push_back(*block);
    }
    i = next;
  }
  return selected;
}

}  // namespace owt::text
