#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "stages/text/html_tree.h"
#include "stages/text/main_text.h"

namespace owt::text {

// The main text of a page.
struct HtmlText {
  std::string text;      // paragraphs parted by an empty line, list items and table rows by a line
                         // break; valid UTF-8, no blank at either end, no trailing line break
  std::string title;     // one line; empty where the page has none
  std::string language;  // <html lang>, as written
  std::string_view encoding;  // what the page was decoded from (stages/text/charset.h)
  size_t num_replaced = 0;    // malformed byte sequences, now U+FFFD
  TextOrigin origin = TextOrigin::kNone;
  bool truncated = false;  // a limit was reached; see HtmlLimits
};

// Takes the main text out of the bytes of an HTML page: decodes them, finds the article, leaves
// navigation, advertisements, comments, share buttons and the like out. `http_charset` is the
// charset of the Content-Type header, which may be empty.
// Never fails: a page without text gives an empty `text`. Pure, thread-safe and deterministic.
// O(page) time and memory on any input, within `limits`.
HtmlText ExtractText(std::string_view page, std::string_view http_charset,
                     const HtmlLimits& limits = {});

}  // namespace owt::text
