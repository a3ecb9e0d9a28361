// Lines of any bytes as Reddit posts: a reason or a post whose texts are valid UTF-8, and then a
// verdict in both modes.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "formats/reddit_post.h"
#include "pipeline/utf8.h"
#include "stages/urls/found_line.h"
#include "stages/urls/post_filter.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using owt::urls::Compat;
  static owt::formats::RedditPostReader reader;
  static const owt::urls::PostRules ours(Compat::kNone, {}, {});
  static const owt::urls::PostRules theirs(Compat::kOpenWebText, {}, {});
  static owt::urls::PostFilter our_filter(&ours);
  static owt::urls::PostFilter their_filter(&theirs);
  std::string line(reinterpret_cast<const char*>(data), size);
  line.append(owt::formats::RedditPostReader::kPadding, '"');
  owt::formats::RedditPost post;
  const std::string_view reason = reader.Read(std::string_view(line).substr(0, size), &post);
  if (!reason.empty()) return 0;
  for (const std::string_view text : {post.url, post.subreddit, post.id}) {
    if (owt::FindInvalidUtf8(text) != text.npos) abort();
  }
  for (owt::urls::PostFilter* filter : {&our_filter, &their_filter}) {
    owt::urls::FoundUrl found;
    if (!filter->Judge(post, &found).empty()) continue;
    std::string out;
    owt::urls::AppendFoundLine(owt::urls::Provenance::kJsonl, found.url, post, &out);
    // One line, whatever was in the post.
    if (out.find('\n') != out.size() - 1 || found.url.find('\n') != found.url.npos) abort();
  }
  return 0;
}
