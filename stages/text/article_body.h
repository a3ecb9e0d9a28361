#pragma once

#include <string>

#include "stages/text/html_tree.h"

namespace owt::text {

// The text that a page gives as "articleBody" in its structured data (schema.org in JSON-LD), the
// longest where there are several; empty where there is none. The JSON around it is not read, so
// broken JSON does no harm. O(page).
std::string FindArticleBody(const HtmlTree& tree);

}  // namespace owt::text
