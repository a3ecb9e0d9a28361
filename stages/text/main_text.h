#pragma once

#include <string>
#include <vector>

#include "stages/text/html_blocks.h"
#include "stages/text/html_tree.h"

namespace owt::text {

// Which rule found the text; for statistics and tests.
enum class TextOrigin {
  kNone,        // the page has no text
  kContainer,   // an element whose name or tag says that it holds the article
  kDensest,     // the smallest element that holds most of the prose
  kParagraphs,  // all paragraphs of the page
  kMetadata,    // the article body in the page's JSON-LD
  kBody,        // everything that is shown
};

struct MainText {
  std::vector<TextBlock> blocks;
  TextOrigin origin = TextOrigin::kNone;
};

// Finds the blocks of the main text. See main_text.cc for the rules. O(page).
MainText FindMainText(const HtmlTree& tree);

}  // namespace owt::text
