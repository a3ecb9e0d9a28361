#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

namespace owt::formats {

// What `owt urls` reads of a submission in a Pushshift dump (one JSON object a line).
struct RedditPost {
  std::string_view url;
  std::string_view subreddit;  // empty when missing or not a string, as is `id`
  std::string_view id;
  double score = 0;
  bool over_18 = false;  // missing and null are false; numbers and strings as Python's truth
  bool is_self = false;
};

// Reads one line. Of keys that come twice the last one counts; unknown keys are skipped without a
// look at their values, so that a lone surrogate in a title loses no post. About 1 us for 1.5 KB.
// One object per thread.
class RedditPostReader {
 public:
  RedditPostReader();
  ~RedditPostReader();

  // Bytes that must be readable behind a line.
  static constexpr size_t kPadding = 64;

  // Fills `post`, whose views live until the next call. Returns an empty text, or why the line is
  // no post: "empty_line", "invalid_utf8", "invalid_json", "too_large" (4 GB), "not_an_object",
  // "missing_url", "missing_score", "wrong_type_url", "wrong_type_score", "wrong_type_over_18",
  // "wrong_type_is_self".
  // REQUIRES: kPadding readable bytes behind `line`.
  std::string_view Read(std::string_view line, RedditPost* post);

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

}  // namespace owt::formats
