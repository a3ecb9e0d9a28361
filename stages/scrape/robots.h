#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace owt::scrape {

// Bytes of a robots.txt that are read; the rest is ignored (RFC 9309 section 2.5 asks for at least
// 500 KiB).
inline constexpr size_t kMaxRobotsBytes = 500 * 1024;

// The product token of a User-Agent header: its leading run of letters, '_' and '-'.
// "owt/0.1 (+https://example.org)" -> "owt".
std::string_view AgentToken(std::string_view user_agent);

// What one origin's robots.txt (RFC 9309) says to one crawler. Immutable after Parse, so it may be
// read by any number of threads. Never fails: bytes that are not robots.txt are no rules.
class Robots {
 public:
  // Keeps the groups that name `agent_token` (without regard to case; all of them together), or
  // those of `*` when none does. Linear in the body.
  static Robots Parse(std::string_view body, std::string_view agent_token);

  // For an origin that has no robots.txt (4xx).
  static Robots AllowAll() { return Robots(); }

  // For an origin whose robots.txt cannot be reached (5xx, network).
  static Robots DisallowAll();

  // `path` is the URL from the path on, query included, fragment not. The longest matching rule
  // decides, Allow wins a tie, and /robots.txt is always allowed. Linear in path plus rules.
  bool Allows(std::string_view path) const;

  // Seconds asked for between requests (Crawl-delay is no part of the RFC, but widely written).
  std::optional<double> crawl_delay_s() const { return crawl_delay_s_; }

  size_t num_rules() const { return rules_.size(); }

 private:
  struct Rule {
    std::string pattern;  // normalized; '*' and a trailing '$' are special
    bool allow;
  };

  void AddRule(std::string_view pattern, bool allow);

  std::vector<Rule> rules_;  // longest first, Allow before Disallow
  std::optional<double> crawl_delay_s_;
};

}  // namespace owt::scrape
