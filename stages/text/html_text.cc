#include "stages/text/html_text.h"

#include <algorithm>
#include <vector>

#include "stages/text/charset.h"
#include "stages/text/html_blocks.h"
#include "stages/text/main_text.h"

namespace owt::text {
namespace {

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

// og:title (which lacks the site's name), else the first <title>, else the first <h1>.
std::string FindTitle(const HtmlTree& tree) {
  std::string title;
  std::string heading;
  bool had_title = false;
  bool had_heading = false;
  for (uint32_t i = 0; i < tree.size(); ++i) {
    const HtmlNode& node = tree[i];
    if (node.tag == Tag::kMeta && tree.AttributeOf(node, Attribute::kProperty) == "og:title") {
      std::string shared = OneLine(tree.AttributeOf(node, Attribute::kContent));
      if (!shared.empty()) return shared;
    } else if (node.tag == Tag::kTitle && !had_title) {
      had_title = true;
      title = OneLine(tree.SubtreeText(i));
    } else if (node.tag == Tag::kH1 && !had_heading) {
      had_heading = true;
      heading = OneLine(tree.SubtreeText(i));
    }
  }
  return title.empty() ? heading : title;
}

}  // namespace

HtmlText ExtractText(std::string_view page, std::string_view http_charset,
                     const HtmlLimits& limits) {
  HtmlText result;
  if (page.size() > limits.max_bytes) {
    page = page.substr(0, limits.max_bytes);
    result.truncated = true;
  }
  const DecodedPage decoded = DecodePage(page, http_charset);
  const HtmlTree tree = ParseHtml(decoded.Utf8(page), limits);
  const MainText main_text = FindMainText(tree);
  result.text = JoinBlocks(main_text.blocks);
  result.title = FindTitle(tree);
  result.language = std::string(tree.AttributeOf(tree[0], Attribute::kLang));
  result.encoding = decoded.encoding;
  result.num_replaced = decoded.num_replaced;
  result.origin = main_text.origin;
  result.truncated = result.truncated || tree.truncated();
  return result;
}

}  // namespace owt::text
