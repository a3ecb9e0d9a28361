#include "stages/text/url.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

#include "pipeline/utf8.h"
#include "pipeline/white_space.h"

namespace owt::text {
namespace {

constexpr bool IsAlpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

constexpr bool IsDigit(char c) { return c >= '0' && c <= '9'; }

constexpr bool IsSchemeCharacter(char c) {
  return IsAlpha(c) || IsDigit(c) || c == '+' || c == '-' || c == '.';
}

constexpr char AsciiLower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

constexpr int HexValue(char c) {
  if (IsDigit(c)) return c - '0';
  const char lower = AsciiLower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// Where the authority ends. (string_view::find_first_of calls memchr for every byte.)
size_t AuthorityEnd(std::string_view text, size_t from) {
  while (from < text.size() && text[from] != '/' && text[from] != '?' && text[from] != '#') ++from;
  return from;
}

// The text before the first `c`; `rest` gets what follows it, or is cleared.
std::string_view CutAt(std::string_view text, char c, std::string_view* rest) {
  const size_t at = text.find(c);
  if (at == text.npos) {
    *rest = {};
    return text;
  }
  *rest = text.substr(at + 1);
  return text.substr(0, at);
}

void SplitAuthority(UrlParts* parts) {
  std::string_view host_port = parts->authority;
  if (const size_t at = host_port.rfind('@'); at != host_port.npos) {
    parts->userinfo = host_port.substr(0, at);
    host_port.remove_prefix(at + 1);
  }
  size_t host_end = 0;
  if (host_port.starts_with('[')) {
    const size_t close = host_port.find(']');
    host_end = close == host_port.npos ? host_port.size() : close + 1;
  } else {
    host_end = std::min(host_port.find(':'), host_port.size());
  }
  parts->host = host_port.substr(0, host_end);
  if (host_end < host_port.size() && host_port[host_end] == ':') {
    parts->port = host_port.substr(host_end + 1);
  }
}

// Escapes of unreserved characters are decoded; others get capital digits; the rest is copied.
void AppendNormalizedEscapes(std::string_view text, std::string* out) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  for (size_t i = 0; i < text.size(); ++i) {
    const bool is_escape = text[i] == '%' && i + 2 < text.size() && HexValue(text[i + 1]) >= 0 &&
                           HexValue(text[i + 2]) >= 0;
    if (!is_escape) {
      out->push_back(text[i]);
      continue;
    }
    const int value = HexValue(text[i + 1]) * 16 + HexValue(text[i + 2]);
    const char c = static_cast<char>(value);
    if (IsAlpha(c) || IsDigit(c) || c == '-' || c == '.' || c == '_' || c == '~') {
      out->push_back(c);
    } else {
      out->push_back('%');
      out->push_back(kHex[static_cast<size_t>(value >> 4)]);
      out->push_back(kHex[static_cast<size_t>(value & 15)]);
    }
    i += 2;
  }
}

bool IsDefaultPort(std::string_view scheme, std::string_view port) {
  if (port.empty()) return true;
  return (port == "80" && scheme.size() == 4) || (port == "443" && scheme.size() == 5);
}

void AppendQueryWithoutTracking(std::string_view query, std::string* out) {
  bool first = true;
  while (!query.empty()) {
    std::string_view rest;
    const std::string_view parameter = CutAt(query, '&', &rest);
    query = rest;
    std::string_view value;
    if (parameter.empty() || IsTrackingParameter(CutAt(parameter, '=', &value))) continue;
    out->push_back(first ? '?' : '&');
    first = false;
    AppendNormalizedEscapes(parameter, out);
  }
}

// Scheme, userinfo, host and port. The web's two schemes are the ones that fold.
void AppendSiteKey(const UrlParts& parts, UrlFold fold, std::string* key) {
  std::string scheme;
  AppendAsciiLower(parts.scheme, &scheme);
  const bool is_web = scheme == "http" || scheme == "https";
  *key += fold.scheme && is_web ? "http" : scheme;
  *key += "://";
  if (!parts.userinfo.empty()) {
    *key += parts.userinfo;
    key->push_back('@');
  }
  std::string host;
  AppendAsciiLower(parts.host, &host);
  if (host.ends_with('.')) host.pop_back();
  const bool has_www = host.starts_with("www.") && host.find('.', 4) != host.npos;
  key->append(host, fold.www && has_www ? 4 : 0);
  if (!(is_web && IsDefaultPort(scheme, parts.port))) {
    key->push_back(':');
    *key += parts.port;
  }
}

}  // namespace

UrlParts SplitUrl(std::string_view url) {
  UrlParts parts;
  if (!url.empty() && IsAlpha(url[0])) {
    size_t i = 1;
    while (i < url.size() && IsSchemeCharacter(url[i])) ++i;
    if (i < url.size() && url[i] == ':') {
      parts.scheme = url.substr(0, i);
      url.remove_prefix(i + 1);
    }
  }
  if (url.starts_with("//")) {
    const size_t end = AuthorityEnd(url, 2);
    parts.authority = url.substr(2, end - 2);
    url.remove_prefix(end);
    SplitAuthority(&parts);
  }
  url = CutAt(url, '#', &parts.fragment);
  parts.path = CutAt(url, '?', &parts.query);
  return parts;
}

std::string_view LenientHost(std::string_view url) {
  const size_t slashes = url.find("//");
  if (slashes == 0) {
    url.remove_prefix(2);
  } else if (slashes != url.npos && slashes >= 2 && url[slashes - 1] == ':' &&
             std::all_of(url.begin(), url.begin() + slashes - 1, IsSchemeCharacter)) {
    url.remove_prefix(slashes + 2);
  }
  url = url.substr(0, AuthorityEnd(url, 0));
  if (const size_t at = url.rfind('@'); at != url.npos) url.remove_prefix(at + 1);
  if (url.starts_with('[')) {
    if (const size_t close = url.find(']'); close != url.npos) return url.substr(0, close + 1);
  }
  url = StripWhiteSpace(url.substr(0, url.find(':')));
  // A dot, or one of the three ideographic full stops that IDNA takes for one.
  for (;;) {
    if (url.ends_with('.')) {
      url.remove_suffix(1);
    } else if (url.ends_with("\u3002") || url.ends_with("\uFF0E") || url.ends_with("\uFF61")) {
      url.remove_suffix(3);
    } else {
      return url;
    }
  }
}

void AppendUrlKey(const UrlParts& parts, UrlFold fold, std::string* key) {
  AppendSiteKey(parts, fold, key);
  const size_t path_begin = key->size();
  AppendNormalizedEscapes(parts.path, key);
  if (key->size() == path_begin) key->push_back('/');
  if (fold.slash) {
    while (key->size() > path_begin + 1 && key->back() == '/') key->pop_back();
  }
  if (fold.tracking) {
    AppendQueryWithoutTracking(parts.query, key);
  } else if (!parts.query.empty()) {
    key->push_back('?');
    AppendNormalizedEscapes(parts.query, key);
  }
}

bool IsTrackingParameter(std::string_view name) {
  // Google, Microsoft, Meta, X, Mailchimp, HubSpot, Marketo, Adobe, Yandex, Instagram, Vero.
  static constexpr std::array<std::string_view, 24> kNames = {
      "fbclid",   "gclid",       "gclsrc",     "dclid",     "gbraid",  "wbraid",
      "msclkid",  "twclid",      "yclid",      "ysclid",    "igshid",  "mc_cid",
      "mc_eid",   "_hsenc",      "_hsmi",      "mkt_tok",   "vero_id", "s_cid",
      "wickedid", "oly_anon_id", "oly_enc_id", "_openstat", "ttclid",  "_ga"};
  std::string lower;
  AppendAsciiLower(name, &lower);
  return lower.starts_with("utm_") ||
         std::find(kNames.begin(), kNames.end(), lower) != kNames.end();
}

bool IsIpv6Address(std::string_view address) {
  const size_t percent = address.find('%');
  if (percent != address.npos) {
    const std::string_view zone = address.substr(percent + 1);
    if (zone.empty() || zone.find('%') != zone.npos) return false;
  }
  const std::string number(address.substr(0, percent));
  in6_addr bytes;
  return number.find('\0') == number.npos && inet_pton(AF_INET6, number.c_str(), &bytes) == 1;
}

void AppendAsciiLower(std::string_view text, std::string* out) {
  const size_t begin = out->size();
  out->append(text);
  std::transform(out->begin() + static_cast<ptrdiff_t>(begin), out->end(),
                 out->begin() + static_cast<ptrdiff_t>(begin), AsciiLower);
}

}  // namespace owt::text
