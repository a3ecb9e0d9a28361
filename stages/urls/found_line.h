#pragma once

#include <string>
#include <string_view>

#include "formats/reddit_post.h"

namespace owt::urls {

// How a URL that was found is written.
enum class Provenance {
  kNone,   // URL
  kTsv,    // URL, subreddit, score, id, with tabs between
  kJsonl,  // {"url":..,"subreddit":..,"score":..,"id":..}
};

// Appends one line with its end. Controls in the fields of a TSV line become blanks.
void AppendFoundLine(Provenance provenance, std::string_view url, const formats::RedditPost& post,
                     std::string* out);

}  // namespace owt::urls
