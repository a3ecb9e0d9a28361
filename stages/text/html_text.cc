#include "stages/text/html_text.h"

#include <algorithm>
#include <vector>

#include "stages/text/charset.h"
#include "stages/text/html_blocks.h"

namespace owt::text {
namespace {

// Elements that hold no text to read, wherever they stand.
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
    case Tag::kMenu:
    case Tag::kNav:
    case Tag::kNoembed:
    case Tag::kNoframes:
    case Tag::kNoscript:
    case Tag::kObject:
    case Tag::kProgress:
    case Tag::kRp:
    case Tag::kRt:
    case Tag::kScript:
    case Tag::kSelect:
    case Tag::kStyle:
    case Tag::kSvg:
    case Tag::kTemplate:
    case Tag::kTextarea:
    case Tag::kVideo:
      return true;
    default:
      return false;
  }
}

std::string OneLine(std::string_view text) {
  std::string line;
  for (char c : text) {
    const bool blank = c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f';
    if (!blank) {
      line.push_back(c);
    } else if (!line.empty() && line.back() != ' ') {
      line.push_back(' ');
    }
  }
  if (!line.empty() && line.back() == ' ') line.pop_back();
  return line;
}

std::string FindTitle(const HtmlTree& tree) {
  for (uint32_t i = 0; i < tree.size(); ++i) {
    if (tree[i].tag == Tag::kTitle) return OneLine(tree.SubtreeText(i));
  }
  return {};
}

}  // namespace

HtmlText ExtractText(std::string_view page, std::string_view http_charset, std::string_view /*url*/,
                     const HtmlLimits& limits) {
  const DecodedPage decoded = DecodePage(page.substr(0, limits.max_bytes), http_charset);
  const HtmlTree tree = ParseHtml(decoded.Utf8(page.substr(0, limits.max_bytes)), limits);
  HtmlText result;
  result.encoding = decoded.encoding;
  result.num_replaced = decoded.num_replaced;
  result.truncated = tree.truncated() || page.size() > limits.max_bytes;
  result.title = FindTitle(tree);
  result.language = std::string(tree.AttributeOf(tree[0], Attribute::kLang));
  NodeSet dropped(tree.size());
  for (uint32_t i = 0; i < tree.size(); ++i) dropped[i] = IsNeverText(tree[i].tag);
  result.text = JoinBlocks(CollectBlocks(tree, 0, dropped));
  if (!result.text.empty()) result.origin = TextOrigin::kBody;
  return result;
}

}  // namespace owt::text
