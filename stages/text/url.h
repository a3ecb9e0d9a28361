#pragma once

#include <string>
#include <string_view>

namespace owt::text {

// The parts of a URL as RFC 3986 and Python's urllib.parse.urlsplit cut them; every view points
// into the URL. Nothing is decoded, lowered or checked.
struct UrlParts {
  std::string_view scheme;     // before ':', when it is a letter followed by [A-Za-z0-9+.-]*
  std::string_view authority;  // after "//", up to the first of / ? #
  std::string_view userinfo;   // before the last '@' of the authority
  std::string_view host;       // an IPv6 literal keeps its brackets
  std::string_view port;       // after the host's ':'
  std::string_view path;
  std::string_view query;     // after the first '?', without it
  std::string_view fragment;  // after the first '#', without it
};

// One pass over the bytes; accepts any input.
UrlParts SplitUrl(std::string_view url);

// The host as tldextract finds it (its lenient_netloc): also in "example.org/a" and
// "user@example.org", stripped of Unicode white space and trailing dots, case kept.
std::string_view LenientHost(std::string_view url);

// Which differences between two URLs are no difference. All off: only what RFC 3986, section 6.2.2
// calls equivalent is folded.
struct UrlFold {
  bool scheme = false;    // https://a = http://a
  bool www = false;       // www.a = a, www2.a stays
  bool slash = false;     // a/b/ = a/b
  bool tracking = false;  // a?utm_source=x&id=1 = a?id=1; see IsTrackingParameter
};

// Appends a key to `key`: two URLs are the same page under `fold` when their keys are equal.
// Scheme and host are lowered (ASCII), a default port, a trailing dot of the host and the fragment
// are dropped, an empty path is "/", percent escapes of unreserved characters are decoded and the
// others written in capitals. Order and blanks of query parameters matter.
void AppendUrlKey(const UrlParts& parts, UrlFold fold, std::string* key);

// True for the parameters that advertisers and mailers add: utm_*, fbclid, gclid, and the like.
// `name` is compared without regard to case.
bool IsTrackingParameter(std::string_view name);

// Whether Python's ipaddress.IPv6Address accepts `address`: no brackets, a zone ("%eth0") allowed.
bool IsIpv6Address(std::string_view address);

// Appends `text` with A-Z lowered.
void AppendAsciiLower(std::string_view text, std::string* out);

}  // namespace owt::text
