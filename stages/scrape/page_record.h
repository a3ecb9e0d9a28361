#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "stages/scrape/crawl.h"

namespace owt::scrape {

enum class PageLayout {
  kText,     // a jsonl line with the main text
  kHtml,     // a jsonl line with the page itself, as UTF-8, under "html"
  kWebtext,  // the two files of the original openwebtext scraper, framed for PageTreeSink
};

struct PageFormat {
  PageLayout layout = PageLayout::kText;
  std::string text_key = "text";
  std::string url_key = "url";
  // fetched_at and elapsed_ms; without them equal answers give equal bytes.
  bool with_times = true;
};

// Turns a fetched page into its record; kNone and the record in `out`, or why there is none. Pure
// and thread-safe. `fetched_at_unix_s` is when the answer came.
//
// A jsonl line ends with '\n' and has the keys text or html, url, status, final_url, content_type,
// encoding, title and language where the page has them, bytes (of the body on the wire),
// redirects, and the times.
Reason MakePageRecord(const Outcome& page, const PageFormat& format, int64_t fetched_at_unix_s,
                      std::string* out);

// A kWebtext record's parts.
struct WebtextParts {
  std::string_view text;
  std::string_view meta;  // JSON: url, word_count, elapsed, scraper, domain
};

// Cuts the first record off `bytes`. Throws Error{kInternal} if there is none.
WebtextParts TakeWebtextRecord(std::string_view* bytes);

}  // namespace owt::scrape
