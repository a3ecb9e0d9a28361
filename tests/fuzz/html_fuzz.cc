// Any bytes as a page: the tree holds together, the text is valid UTF-8 without NUL or blanks at
// its ends, and a second run gives the same.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "pipeline/utf8.h"
#include "stages/text/html_text.h"

namespace {

void Check(bool holds) {
  if (!holds) std::abort();
}

void CheckTree(const owt::text::HtmlTree& tree, uint32_t max_depth) {
  Check(tree.size() >= 1 && tree[0].end == tree.size());
  for (uint32_t i = 1; i < tree.size(); ++i) {
    const owt::text::HtmlNode& node = tree[i];
    Check(node.parent < i && node.end > i && node.end <= tree[node.parent].end);
    Check(node.depth == tree[node.parent].depth + 1 && node.depth <= max_depth + 1);
  }
}

bool IsBlank(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view page(reinterpret_cast<const char*>(data), size);
  owt::text::HtmlLimits limits;
  // The first byte chooses, so that the limits are met by small inputs too.
  if (!page.empty() && (page[0] & 1) != 0) limits = {size_t{1} << 12, 200, 16};
  CheckTree(owt::text::ParseHtml(owt::ReplaceInvalidUtf8(page), limits), limits.max_depth);
  const owt::text::HtmlText first = owt::text::ExtractText(page, "", limits);
  const owt::text::HtmlText second = owt::text::ExtractText(page, "", limits);
  Check(first.text == second.text && first.title == second.title);
  Check(owt::FindInvalidUtf8(first.text) == std::string_view::npos);
  Check(owt::FindInvalidUtf8(first.title) == std::string_view::npos);
  Check(first.text.find('\0') == std::string::npos);
  Check(first.text.empty() || !IsBlank(first.text.back()));
  return 0;
}
