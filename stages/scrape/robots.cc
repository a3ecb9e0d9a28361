// RFC 9309, with what Google's parser accepts beyond it: a missing colon, misspelt keys, a BOM,
// overlong lines cut, and "Allow: /dir/index.html" that also allows "/dir/". Crawl-delay is read
// too.
//
// Patterns and paths are brought to one form before they are compared (section 2.2.2): escapes of
// unreserved characters are undone, other escapes get upper-case digits, bytes outside ASCII are
// escaped. A literal '*' or '$' is an escape in that form, so that the two special characters of a
// pattern cannot be mistaken for it.
//
// Matching is a search for the pieces between the '*', each at its leftmost place. That is
// sufficient for globs, and memmem is linear, so a hostile file of "a*a*a*..." costs no more than
// its length.
#include "stages/scrape/robots.h"

#include <string.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace owt::scrape {
namespace {

// Longest line that is looked at; Google's figure, 8 times the longest URL of Internet Explorer.
constexpr size_t kMaxLineBytes = 2083 * 8;

bool IsAlpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool IsTokenChar(char c) { return IsAlpha(c) || c == '_' || c == '-'; }

bool IsUnreserved(char c) {
  return IsAlpha(c) || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
}

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char low = Lower(c);
  return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

bool StartsWithIgnoringCase(std::string_view text, std::string_view lower_prefix) {
  return text.size() >= lower_prefix.size() &&
         std::equal(lower_prefix.begin(), lower_prefix.end(), text.begin(),
                    [](char a, char b) { return a == Lower(b); });
}

bool EqualIgnoringCase(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return Lower(x) == Lower(y); });
}

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kSpaces = " \t\v\f\r\n";
  const size_t first = text.find_first_not_of(kSpaces);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpaces) - first + 1);
}

void AppendEscaped(std::string* out, unsigned char byte) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  *out += '%';
  *out += kDigits[byte >> 4];
  *out += kDigits[byte & 15];
}

// The form in which patterns and paths are compared. In a pattern '*' and a last '$' stay.
std::string Normalize(std::string_view text, bool is_pattern) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const int high = c == '%' && i + 2 < text.size() ? HexValue(text[i + 1]) : -1;
    const int low = high >= 0 ? HexValue(text[i + 2]) : -1;
    if (low >= 0) {
      const char decoded = static_cast<char>(high * 16 + low);
      if (IsUnreserved(decoded)) {
        out += decoded;
      } else {
        AppendEscaped(&out, static_cast<unsigned char>(decoded));
      }
      i += 2;
    } else if (static_cast<unsigned char>(c) >= 0x80 || (c == '*' && !is_pattern) ||
               (c == '$' && !(is_pattern && i + 1 == text.size()))) {
      AppendEscaped(&out, static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return out;
}

size_t Find(std::string_view text, std::string_view piece, size_t from) {
  if (piece.empty()) return from;
  const void* hit = memmem(text.data() + from, text.size() - from, piece.data(), piece.size());
  return hit == nullptr ? std::string_view::npos
                        : static_cast<size_t>(static_cast<const char*>(hit) - text.data());
}

bool Matches(std::string_view pattern, std::string_view path) {
  const bool anchored = !pattern.empty() && pattern.back() == '$';
  if (anchored) pattern.remove_suffix(1);
  size_t star = pattern.find('*');
  if (star == std::string_view::npos) {
    return anchored ? path == pattern : path.starts_with(pattern);
  }
  if (!path.starts_with(pattern.substr(0, star))) return false;
  size_t position = star;
  for (;;) {
    pattern.remove_prefix(star + 1);
    star = pattern.find('*');
    const std::string_view piece = pattern.substr(0, star);
    if (star == std::string_view::npos && anchored) {
      return path.size() - position >= piece.size() && path.ends_with(piece);
    }
    const size_t hit = Find(path, piece, position);
    if (hit == std::string_view::npos) return false;
    if (star == std::string_view::npos) return true;
    position = hit + piece.size();
  }
}

enum class Key { kOther, kUserAgent, kAllow, kDisallow, kCrawlDelay };

struct Line {
  Key key = Key::kOther;
  std::string_view value;
};

Key KeyOf(std::string_view name) {
  struct Spelling {
    std::string_view name;
    Key key;
  };

  static constexpr std::array<Spelling, 13> kSpellings = {{{"user-agent", Key::kUserAgent},
                                                           {"useragent", Key::kUserAgent},
                                                           {"user agent", Key::kUserAgent},
                                                           {"allow", Key::kAllow},
                                                           {"disallow", Key::kDisallow},
                                                           {"dissallow", Key::kDisallow},
                                                           {"dissalow", Key::kDisallow},
                                                           {"disalow", Key::kDisallow},
                                                           {"diasllow", Key::kDisallow},
                                                           {"disallaw", Key::kDisallow},
                                                           {"crawl-delay", Key::kCrawlDelay},
                                                           {"crawldelay", Key::kCrawlDelay},
                                                           {"crawl delay", Key::kCrawlDelay}}};
  for (const Spelling& spelling : kSpellings) {
    if (StartsWithIgnoringCase(name, spelling.name)) return spelling.key;
  }
  return Key::kOther;
}

Line ParseLine(std::string_view text) {
  text = Trim(text.substr(0, kMaxLineBytes).substr(0, text.find('#')));
  size_t separator = text.find(':');
  if (separator == std::string_view::npos) {
    // "Disallow /path": a key and a value with nothing but blanks between and after them.
    separator = text.find_first_of(" \t");
    if (separator == std::string_view::npos) return {};
    if (Trim(text.substr(separator)).find_first_of(" \t") != std::string_view::npos) return {};
  }
  return {KeyOf(Trim(text.substr(0, separator))), Trim(text.substr(separator + 1))};
}

// The next line, ended by LF, CR or CRLF (an empty line more does no harm), taken off `body`.
std::string_view TakeLine(std::string_view* body) {
  const size_t end = std::min(body->find_first_of("\r\n"), body->size());
  const std::string_view line = body->substr(0, end);
  body->remove_prefix(std::min(end + 1, body->size()));
  return line;
}

std::optional<double> ParseSeconds(std::string_view text) {
  double seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc() || !std::isfinite(seconds) || seconds < 0) return std::nullopt;
  return seconds;
}

bool NamesEveryone(std::string_view agent) {
  return agent.starts_with('*') && (agent.size() == 1 || agent[1] == ' ' || agent[1] == '\t');
}

}  // namespace

std::string_view AgentToken(std::string_view user_agent) {
  size_t end = 0;
  while (end < user_agent.size() && IsTokenChar(user_agent[end])) ++end;
  return user_agent.substr(0, end);
}

Robots Robots::DisallowAll() {
  Robots robots;
  robots.AddRule("/", false);
  return robots;
}

void Robots::AddRule(std::string_view pattern, bool allow) {
  if (pattern.empty()) return;  // "Disallow:" forbids nothing
  rules_.push_back({Normalize(pattern, true), allow});
  const size_t slash = pattern.rfind('/');
  if (allow && slash != std::string_view::npos && pattern.substr(slash).starts_with("/index.htm")) {
    rules_.push_back({Normalize(pattern.substr(0, slash + 1), true) + '$', true});
  }
}

Robots Robots::Parse(std::string_view body, std::string_view agent_token) {
  if (body.size() > kMaxRobotsBytes) {
    body = body.substr(0, kMaxRobotsBytes);
    // Half a rule may forbid more than the whole one.
    body = body.substr(0, body.find_last_of("\r\n") + 1);
  }
  if (body.starts_with("\xEF\xBB\xBF")) body.remove_prefix(3);

  Robots ours;
  Robots everyone;
  bool named = false;  // some group names us
  bool in_ours = false;
  bool in_everyone = false;
  bool after_rule = true;  // the next User-agent line opens a new group
  while (!body.empty()) {
    const Line line = ParseLine(TakeLine(&body));
    if (line.key == Key::kUserAgent) {
      if (after_rule) in_ours = in_everyone = after_rule = false;
      if (NamesEveryone(line.value)) {
        in_everyone = true;
      } else if (!agent_token.empty() && EqualIgnoringCase(AgentToken(line.value), agent_token)) {
        in_ours = named = true;
      }
    } else if (line.key == Key::kAllow || line.key == Key::kDisallow) {
      after_rule = true;
      if (in_ours) ours.AddRule(line.value, line.key == Key::kAllow);
      if (in_everyone) everyone.AddRule(line.value, line.key == Key::kAllow);
    } else if (line.key == Key::kCrawlDelay) {
      const std::optional<double> seconds = ParseSeconds(line.value);
      if (seconds && in_ours) ours.crawl_delay_s_ = seconds;
      if (seconds && in_everyone) everyone.crawl_delay_s_ = seconds;
    }
  }
  Robots robots = std::move(named ? ours : everyone);
  std::stable_sort(robots.rules_.begin(), robots.rules_.end(), [](const Rule& a, const Rule& b) {
    if (a.pattern.size() != b.pattern.size()) return a.pattern.size() > b.pattern.size();
    return a.allow && !b.allow;
  });
  return robots;
}

bool Robots::Allows(std::string_view path) const {
  if (rules_.empty() || path == "/robots.txt") return true;
  const std::string normal = Normalize(path.empty() ? "/" : path, false);
  for (const Rule& rule : rules_) {
    if (Matches(rule.pattern, normal)) return rule.allow;
  }
  return true;
}

}  // namespace owt::scrape
