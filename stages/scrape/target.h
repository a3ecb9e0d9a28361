#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace owt::scrape {

// Longest URL that is fetched. The sitemap protocol allows 2,048; some real ones are longer.
inline constexpr size_t kMaxUrlBytes = 8192;

// A URL in the form in which it is requested, with the parts that the crawl needs.
struct Target {
  std::string url;     // scheme and host lower case, dots in the path resolved, no fragment
  std::string host;    // lower case; all its ports and schemes share one politeness queue
  std::string origin;  // scheme://host:port; has one robots.txt
  std::string path;    // from the path on, query included
  uint16_t port = 0;
};

// nullopt unless `url` is an absolute http or https URL of at most kMaxUrlBytes, without user name
// or password. Blanks around it are cut, blanks and non-ASCII bytes inside the path escaped.
std::optional<Target> ParseTarget(std::string_view url);

// The same for a redirect's Location, which may be relative to `from`.
std::optional<Target> ParseLocation(const Target& from, std::string_view location);

}  // namespace owt::scrape
