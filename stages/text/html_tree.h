#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "stages/text/html_tag.h"
#include "stages/text/html_tokens.h"

namespace owt::text {

// What a hostile page may cost. What lies beyond is left out and HtmlTree::truncated() says so.
struct HtmlLimits {
  size_t max_bytes = size_t{32} << 20;
  uint32_t max_nodes = 2'000'000;
  uint32_t max_depth = 512;  // deeper elements become children of the last one allowed
};

// An element or a run of text. The nodes of a tree stand in document order, so that the subtree of
// node i is the range [i, nodes[i].end).
struct HtmlNode {
  Tag tag = Tag::kUnknown;
  uint16_t depth = 0;
  uint16_t num_attributes = 0;
  uint32_t parent = 0;
  uint32_t end = 0;         // index after the last node of the subtree
  uint32_t text_begin = 0;  // kText: its bytes in the tree's text
  uint32_t text_size = 0;
  uint32_t attributes_begin = 0;
};

// A page as a flat array of nodes. Node 0 is <html>, which always exists and is its own parent.
// Text is UTF-8 with references decoded and NUL left out; the content of <script>, <style> and the
// like is not kept, except that of scripts of type application/ld+json.
// Thread-safety: const after building. Memory: about 32 bytes a node and the kept text.
class HtmlTree {
 public:
  const std::vector<HtmlNode>& nodes() const { return nodes_; }

  const HtmlNode& operator[](size_t node) const { return nodes_[node]; }

  size_t size() const { return nodes_.size(); }

  // The text of a kText node.
  std::string_view Text(const HtmlNode& node) const {
    return std::string_view(text_).substr(node.text_begin, node.text_size);
  }

  // The value with references decoded, empty where absent; see HasAttribute.
  std::string_view AttributeOf(const HtmlNode& node, Attribute attribute) const;
  bool HasAttribute(const HtmlNode& node, Attribute attribute) const;

  // The text of the whole subtree, as it stands, runs put together without anything between.
  std::string SubtreeText(size_t node) const;

  // A limit was reached and a part of the page is missing or flattened.
  bool truncated() const { return truncated_; }

 private:
  friend class HtmlTreeBuilder;

  struct StoredAttribute {
    Attribute attribute;
    uint32_t begin;
    uint32_t size;
  };

  const StoredAttribute* FindAttribute(const HtmlNode& node, Attribute attribute) const;

  std::vector<HtmlNode> nodes_;
  std::vector<StoredAttribute> attributes_;
  std::string text_;  // text and attribute values
  bool truncated_ = false;
};

// Builds the tree of a page by the rules of the HTML standard that bear on text: implied end tags
// of p, li, dt, dd, tr, td, option and headings, void elements, scope of end tags. Left out: the
// adoption agency (a misnested </a> or </b> takes effect at the end of the block it stands in) and
// foster parenting (stray content in a table stays there). Never fails. O(page) time: an end tag
// looks at no more than max_depth bytes.
// REQUIRES: `page` is UTF-8.
HtmlTree ParseHtml(std::string_view page, const HtmlLimits& limits = {});

}  // namespace owt::text
