// Tree construction after the HTML standard, section 13.2.6, reduced to what decides which text
// belongs to which element. Everything is a loop over tokens with a stack of bounded depth.
#include "stages/text/html_tree.h"

#include <algorithm>
#include <array>
#include <initializer_list>

#include "stages/text/html_entities.h"

namespace owt::text {
namespace {

constexpr size_t kMaxAttributeBytes = 4096;  // longer values are data, not names

bool IsOneOf(Tag tag, std::initializer_list<Tag> tags) {
  return std::find(tags.begin(), tags.end(), tag) != tags.end();
}

bool MayStandInHead(Tag tag) {
  return IsOneOf(tag, {Tag::kBase, Tag::kLink, Tag::kMeta, Tag::kNoscript, Tag::kScript,
                       Tag::kStyle, Tag::kTemplate, Tag::kTitle, Tag::kHead});
}

bool IsTablePart(Tag tag) {
  return IsOneOf(tag, {Tag::kTbody, Tag::kThead, Tag::kTfoot, Tag::kTr, Tag::kTd, Tag::kTh,
                       Tag::kCaption, Tag::kColgroup});
}

// Often left open, so that their end tags tell nothing about depth.
bool HasOptionalEnd(Tag tag) {
  return IsTablePart(tag) ||
         IsOneOf(tag, {Tag::kP, Tag::kLi, Tag::kDd, Tag::kDt, Tag::kOption, Tag::kOptgroup});
}

bool IsBlankText(std::string_view text) {
  return text.find_first_not_of(" \t\r\n\f") == std::string_view::npos;
}

// The first `size` bytes or fewer, cut between characters.
std::string_view CutUtf8(std::string_view text, size_t size) {
  if (text.size() <= size) return text;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) --size;
  return text.substr(0, size);
}

uint32_t HashName(std::string_view name) {
  uint32_t hash = 2166136261u;  // FNV-1a
  for (char c : name) {
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    hash = (hash ^ static_cast<unsigned char>(lower)) * 16777619u;
  }
  return hash;
}

}  // namespace

class HtmlTreeBuilder {
 public:
  explicit HtmlTreeBuilder(const HtmlLimits& limits) : limits_(limits) {}

  HtmlTree Build(std::string_view page);

 private:
  static constexpr size_t kNotOpen = ~size_t{0};

  void AddText(const HtmlToken& token);
  void StartElement(const HtmlToken& token);
  void EndElement(const HtmlToken& token);
  void CloseImplied(Tag tag);
  void StoreAttributes(const HtmlToken& token);
  size_t FindOpen(Tag tag, uint32_t name_hash, std::initializer_list<Tag> barriers) const;
  bool CloseIfOpen(Tag tag, std::initializer_list<Tag> barriers);
  void Push(Tag tag, uint32_t name_hash, uint32_t node);
  void PopTo(size_t depth);  // until `depth` elements are open
  uint32_t Append(Tag tag);

  Tag Top() const { return open_tags_.back(); }

  const HtmlLimits limits_;
  HtmlTree tree_;
  // The open elements; parallel arrays, so that a search reads one byte an element.
  std::vector<Tag> open_tags_;
  std::vector<uint32_t> open_nodes_;
  std::vector<uint32_t> open_hashes_;
  std::vector<bool> ended_;  // its end tag came while a block inside was open
  std::array<uint32_t, kNumTags> num_open_{};
  uint64_t num_flattened_ = 0;  // open elements beyond max_depth
  bool last_was_text_ = false;
};

HtmlTree HtmlTreeBuilder::Build(std::string_view page) {
  if (page.size() > limits_.max_bytes) {
    page = CutUtf8(page, limits_.max_bytes);
    tree_.truncated_ = true;
  }
  tree_.text_.reserve(page.size() / 2);
  Push(Tag::kHtml, 0, Append(Tag::kHtml));
  HtmlTokenizer tokenizer(page);
  HtmlToken token;
  while (tokenizer.Next(&token)) {
    if (tree_.nodes_.size() >= limits_.max_nodes) {
      tree_.truncated_ = true;
      break;
    }
    switch (token.kind) {
      case HtmlToken::kText:
        AddText(token);
        break;
      case HtmlToken::kStartTag:
        StartElement(token);
        break;
      case HtmlToken::kEndTag:
        EndElement(token);
        break;
      case HtmlToken::kEnd:
        break;
    }
  }
  PopTo(0);
  return std::move(tree_);
}

uint32_t HtmlTreeBuilder::Append(Tag tag) {
  HtmlNode node;
  node.tag = tag;
  node.depth = static_cast<uint16_t>(open_tags_.size());
  node.parent = open_nodes_.empty() ? 0 : open_nodes_.back();
  const auto index = static_cast<uint32_t>(tree_.nodes_.size());
  node.end = index + 1;
  tree_.nodes_.push_back(node);
  last_was_text_ = false;
  return index;
}

void HtmlTreeBuilder::AddText(const HtmlToken& token) {
  const Tag parent = Top();
  if (IsRawText(parent) && !IsEscapableText(parent) && parent != Tag::kXmp) {
    const HtmlNode& node = tree_.nodes_[open_nodes_.back()];
    if (parent != Tag::kScript ||
        tree_.AttributeOf(node, Attribute::kType).find("ld+json") == std::string_view::npos) {
      return;
    }
  }
  if (parent == Tag::kHead || parent == Tag::kHtml) {
    if (IsBlankText(token.text)) return;
    if (parent == Tag::kHead) PopTo(open_tags_.size() - 1);
  }
  if (!last_was_text_ || tree_.nodes_.back().tag != Tag::kText) {
    const uint32_t index = Append(Tag::kText);
    tree_.nodes_[index].text_begin = static_cast<uint32_t>(tree_.text_.size());
  }
  if (token.decode) {
    AppendDecoded(token.text, false, &tree_.text_);
  } else {
    AppendWithoutNul(token.text, &tree_.text_);
  }
  HtmlNode& node = tree_.nodes_.back();
  node.text_size = static_cast<uint32_t>(tree_.text_.size()) - node.text_begin;
  last_was_text_ = true;
}

void HtmlTreeBuilder::StartElement(const HtmlToken& token) {
  const Tag tag = token.tag;
  if (tag == Tag::kHtml || tag == Tag::kBody || tag == Tag::kHead) {
    // Their second occurrence is ignored; the first <html> is node 0 already.
    if (tag == Tag::kHtml) {
      // Not twice: a node's attributes stand in a row.
      if (tree_.nodes_.size() == 1 && tree_[0].num_attributes == 0) StoreAttributes(token);
      return;
    }
    if (num_open_[static_cast<size_t>(tag)] > 0 || (tag == Tag::kHead && tree_.nodes_.size() > 1)) {
      return;
    }
  }
  if (Top() == Tag::kHead && !MayStandInHead(tag)) PopTo(open_tags_.size() - 1);
  if (num_flattened_ == 0) CloseImplied(tag);
  const uint32_t node = Append(tag);
  StoreAttributes(token);
  if (IsVoid(tag)) return;
  if (tag == Tag::kSvg && token.self_closing) return;
  if (num_open_[static_cast<size_t>(Tag::kMath)] > 0 && token.self_closing) return;
  // One raw element may stand above the limit, so that its text is known as such.
  const bool raw = IsRawText(tag);
  if (open_tags_.size() >= limits_.max_depth + (raw ? 1 : 0)) {
    if (!raw && !HasOptionalEnd(tag)) ++num_flattened_;
    tree_.truncated_ = true;
    return;
  }
  Push(tag, tag == Tag::kUnknown ? HashName(token.name) : 0, node);
}

void HtmlTreeBuilder::EndElement(const HtmlToken& token) {
  const Tag tag = token.tag;
  if (tag == Tag::kHtml || tag == Tag::kBody) return;  // what follows still belongs to the body
  if (tag == Tag::kBr) {                               // </br> is <br>
    Append(Tag::kBr);
    return;
  }
  if (num_flattened_ > 0 && !IsRawText(tag)) {
    if (!HasOptionalEnd(tag)) --num_flattened_;
    last_was_text_ = false;
    return;
  }
  if (num_open_[static_cast<size_t>(tag)] == 0) {
    // </h2> ends an open <h3>: pages mix them up, and the standard allows it.
    if (IsHeading(tag) && IsHeading(Top())) PopTo(open_tags_.size() - 1);
    return;
  }
  const size_t found = FindOpen(tag, tag == Tag::kUnknown ? HashName(token.name) : 0, {});
  if (found == kNotOpen) return;
  if (!IsBlock(tag) && tag != Tag::kUnknown) {
    for (size_t i = found + 1; i < open_tags_.size(); ++i) {
      if (IsBlock(open_tags_[i])) {
        ended_[found] = true;
        return;
      }
    }
  }
  PopTo(found);
}

// Ends what a start tag of `tag` ends.
void HtmlTreeBuilder::CloseImplied(Tag tag) {
  if (ClosesParagraph(tag)) CloseIfOpen(Tag::kP, {Tag::kButton});
  if (IsHeading(tag) && IsHeading(Top())) PopTo(open_tags_.size() - 1);
  switch (tag) {
    case Tag::kLi:
      CloseIfOpen(Tag::kLi, {Tag::kUl, Tag::kOl, Tag::kMenu, Tag::kDir});
      break;
    case Tag::kDd:
    case Tag::kDt:
      if (!CloseIfOpen(Tag::kDd, {Tag::kDl, Tag::kDt})) CloseIfOpen(Tag::kDt, {Tag::kDl});
      break;
    case Tag::kOption:
    case Tag::kOptgroup:
      CloseIfOpen(Tag::kOption, {Tag::kSelect, Tag::kDatalist});
      break;
    case Tag::kA: {
      const size_t open = FindOpen(Tag::kA, 0, {});
      if (open == kNotOpen) break;
      ended_[open] = true;
      if (open + 1 == open_tags_.size()) PopTo(open);
      break;
    }
    default:
      break;
  }
  if (!IsTablePart(tag)) return;
  // Cells end with the next cell, rows with the next row, groups with the next group.
  for (size_t i = open_tags_.size(); i-- > 0;) {
    const Tag open = open_tags_[i];
    if (open == Tag::kTable || open == Tag::kTemplate || open == Tag::kBody) return;
    const bool cell = IsOneOf(tag, {Tag::kTd, Tag::kTh});
    if (cell && open == Tag::kTr) return;
    if ((cell || tag == Tag::kTr) && IsOneOf(open, {Tag::kTbody, Tag::kThead, Tag::kTfoot})) return;
    if (!IsTablePart(open)) continue;
    PopTo(i);
    i = std::min(i, open_tags_.size());
  }
}

// The topmost open element of that name with neither one of `barriers` nor another scope barrier
// above it.
size_t HtmlTreeBuilder::FindOpen(Tag tag, uint32_t name_hash,
                                 std::initializer_list<Tag> barriers) const {
  if (num_open_[static_cast<size_t>(tag)] == 0) return kNotOpen;
  const bool crosses_cells = tag == Tag::kTable || IsTablePart(tag);
  for (size_t i = open_tags_.size(); i-- > 0;) {
    const Tag open = open_tags_[i];
    if (open == tag && (tag != Tag::kUnknown || open_hashes_[i] == name_hash)) return i;
    if (IsScopeBarrier(open) && !(crosses_cells && open != Tag::kTable)) return kNotOpen;
    if (IsOneOf(open, barriers)) return kNotOpen;
  }
  return kNotOpen;
}

bool HtmlTreeBuilder::CloseIfOpen(Tag tag, std::initializer_list<Tag> barriers) {
  const size_t found = FindOpen(tag, 0, barriers);
  if (found == kNotOpen) return false;
  PopTo(found);
  return true;
}

void HtmlTreeBuilder::Push(Tag tag, uint32_t name_hash, uint32_t node) {
  open_tags_.push_back(tag);
  open_nodes_.push_back(node);
  open_hashes_.push_back(name_hash);
  ended_.push_back(false);
  ++num_open_[static_cast<size_t>(tag)];
}

void HtmlTreeBuilder::PopTo(size_t depth) {
  last_was_text_ = false;
  while (open_tags_.size() > depth || (!ended_.empty() && ended_.back())) {
    tree_.nodes_[open_nodes_.back()].end = static_cast<uint32_t>(tree_.nodes_.size());
    --num_open_[static_cast<size_t>(open_tags_.back())];
    open_tags_.pop_back();
    open_nodes_.pop_back();
    open_hashes_.pop_back();
    ended_.pop_back();
  }
}

void HtmlTreeBuilder::StoreAttributes(const HtmlToken& token) {
  if (token.attributes_present == 0) return;
  HtmlNode& node = tree_.nodes_.back();
  node.attributes_begin = static_cast<uint32_t>(tree_.attributes_.size());
  for (size_t i = 0; i < kNumAttributes; ++i) {
    const auto attribute = static_cast<Attribute>(i);
    if (!token.Has(attribute)) continue;
    // Only <meta> has a content and a property that are read.
    if (token.tag != Tag::kMeta &&
        (attribute == Attribute::kContent || attribute == Attribute::kProperty ||
         attribute == Attribute::kCharset)) {
      continue;
    }
    const auto begin = static_cast<uint32_t>(tree_.text_.size());
    AppendDecoded(CutUtf8(token.attributes[i], kMaxAttributeBytes), true, &tree_.text_);
    const auto size = static_cast<uint32_t>(tree_.text_.size()) - begin;
    tree_.attributes_.push_back({attribute, begin, size});
    ++node.num_attributes;
  }
}

const HtmlTree::StoredAttribute* HtmlTree::FindAttribute(const HtmlNode& node,
                                                         Attribute attribute) const {
  for (size_t i = 0; i < node.num_attributes; ++i) {
    const StoredAttribute& stored = attributes_[node.attributes_begin + i];
    if (stored.attribute == attribute) return &stored;
  }
  return nullptr;
}

std::string_view HtmlTree::AttributeOf(const HtmlNode& node, Attribute attribute) const {
  const StoredAttribute* stored = FindAttribute(node, attribute);
  if (stored == nullptr) return {};
  return std::string_view(text_).substr(stored->begin, stored->size);
}

bool HtmlTree::HasAttribute(const HtmlNode& node, Attribute attribute) const {
  return FindAttribute(node, attribute) != nullptr;
}

std::string HtmlTree::SubtreeText(size_t node) const {
  std::string text;
  for (size_t i = node; i < nodes_[node].end; ++i) {
    if (nodes_[i].tag == Tag::kText) text.append(Text(nodes_[i]));
  }
  return text;
}

HtmlTree ParseHtml(std::string_view page, const HtmlLimits& limits) {
  return HtmlTreeBuilder(limits).Build(page);
}

}  // namespace owt::text
