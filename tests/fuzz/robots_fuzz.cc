// Any bytes as a robots.txt, and as a path to be judged by it. The first line of an input is the
// path, the rest the file. Also: the judgement of a rule alone equals the slow, obvious one.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "stages/scrape/robots.h"

namespace {

using owt::scrape::Robots;

// Whether `pattern` matches the beginning of `path`, by the table of all pairs of suffixes.
bool SlowMatch(std::string_view pattern, std::string_view path) {
  const bool anchored = pattern.ends_with('$');
  if (anchored) pattern.remove_suffix(1);
  // reach[j]: some way through the pattern so far ends before path[j].
  std::vector<bool> reach(path.size() + 1, false);
  reach[0] = true;
  for (const char c : pattern) {
    std::vector<bool> next(path.size() + 1, false);
    bool before = false;
    for (size_t j = 0; j <= path.size(); ++j) {
      before = before || reach[j];
      if (c == '*') {
        next[j] = before;
      } else if (j > 0 && path[j - 1] == c) {
        next[j] = reach[j - 1];
      }
    }
    reach = next;
  }
  if (anchored) return reach[path.size()];
  for (const bool is_reached : reach) {
    if (is_reached) return true;
  }
  return false;
}

// Letters that no normalization touches, so that the two can be compared.
std::string Plain(std::string_view bytes, std::string_view letters, size_t max_bytes) {
  std::string text = "/";
  for (const char c : bytes.substr(0, max_bytes)) {
    text += letters[static_cast<unsigned char>(c) % letters.size()];
  }
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const size_t newline = input.find('\n');
  const std::string_view path = input.substr(0, newline);
  const std::string_view body =
      newline == std::string_view::npos ? std::string_view() : input.substr(newline + 1);

  const Robots robots = Robots::Parse(body, "owt");
  robots.Allows(path);
  if (!robots.Allows("/robots.txt")) abort();
  if (robots.crawl_delay_s() && !(*robots.crawl_delay_s() >= 0)) abort();

  std::string pattern = Plain(body, "ab**/", 60);
  if (size % 3 == 0) pattern += '$';
  const std::string plain_path = Plain(path, "ab/", 80);
  const Robots one = Robots::Parse("user-agent: *\ndisallow: " + pattern + "\n", "owt");
  if (one.Allows(plain_path) == SlowMatch(pattern, plain_path)) abort();
  return 0;
}
