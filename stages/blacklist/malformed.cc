#include "stages/blacklist/malformed.h"

#include <unicode/uchar.h>

#include <algorithm>
#include <cstdint>
#include <string>

#include "pipeline/utf8.h"
#include "pipeline/white_space.h"
#include "stages/text/url.h"

// No character that may stand in a host is ':', '/', '?' or '#', so the host ends at the first of
// these and every part can be checked alone: that is what makes one pass without backtracking equal
// to the regular expression.

namespace owt::blacklist {
namespace {

constexpr size_t kMaxLabel = 63;
constexpr size_t kMaxHost = 253;

bool IsAsciiDigit(char c) { return c >= '0' && c <= '9'; }

bool IsAsciiAlnum(char c) {
  return IsAsciiDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// --- our rule ------------------------------------------------------------------------------------

bool StartsWithScheme(std::string_view url, std::string_view scheme) {
  if (url.size() < scheme.size()) return false;
  std::string start;
  text::AppendAsciiLower(url.substr(0, scheme.size()), &start);
  return start == scheme;
}

bool IsLabel(std::string_view label) {
  if (label.empty() || label.size() > kMaxLabel) return false;
  if (label.front() == '-' || label.back() == '-') return false;
  return std::all_of(label.begin(), label.end(), [](char c) {
    return IsAsciiAlnum(c) || c == '-' || c == '_' || (c & 0x80) != 0;
  });
}

bool IsByte(std::string_view number) {
  if (number.empty() || number.size() > 3) return false;
  int value = 0;
  for (const char c : number) {
    if (!IsAsciiDigit(c)) return false;
    value = value * 10 + (c - '0');
  }
  return value <= 255;
}

bool IsHost(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  if (host.size() > kMaxHost) return false;
  int num_labels = 0;
  int num_bytes = 0;
  std::string_view last;
  for (;;) {
    const size_t dot = host.find('.');
    last = host.substr(0, dot);
    if (!IsLabel(last)) return false;
    ++num_labels;
    num_bytes += IsByte(last);
    if (dot == host.npos) break;
    host.remove_prefix(dot + 1);
  }
  if (std::all_of(last.begin(), last.end(), IsAsciiDigit)) return num_labels == 4 && num_bytes == 4;
  return num_labels >= 2;
}

bool IsPort(std::string_view port) {
  uint32_t value = 0;
  for (const char c : port) {
    if (!IsAsciiDigit(c) || value > 65535) return false;
    value = value * 10 + static_cast<uint32_t>(c - '0');
  }
  return value >= 1 && value <= 65535;
}

bool HasWhitespaceOrControl(std::string_view url) {
  for (size_t i = 0; i < url.size();) {
    const auto byte = static_cast<unsigned char>(url[i]);
    if (byte < 0x80) {
      if (byte <= 0x20 || byte == 0x7F) return true;
      ++i;
      continue;
    }
    const Utf8Char c = DecodeUtf8(url, i);
    if (c.code_point < 0xA0 || IsWhiteSpace(c.code_point)) return true;
    i += c.length;
  }
  return false;
}

// --- Megatron's rule, over characters
// --------------------------------------------------------------

// Text as bytes, where all of it is ASCII, or as code points.
template <class Char>
struct MegatronRule {
  using View = std::basic_string_view<Char>;

  static bool IsLetter(Char c) {
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) return true;
    if constexpr (sizeof(Char) > 1) return c == 0x130 || c == 0x131 || c == 0x17F || c == 0x212A;
    return false;
  }

  static bool IsHostCharacter(Char c) { return IsLetter(c) || (c >= '0' && c <= '9') || c == '-'; }

  static bool IsDigit(Char c) {
    if (c < 0x80) return c >= '0' && c <= '9';
    return u_isdigit(static_cast<UChar32>(c));
  }

  static bool IsSpace(Char c) { return IsWhiteSpace(static_cast<char32_t>(c)); }

  // [A-Z0-9] or [A-Z0-9][A-Z0-9-]{0,61}[A-Z0-9]
  static bool IsInnerLabel(View label) {
    return !label.empty() && label.size() <= kMaxLabel && label.front() != '-' &&
           label.back() != '-' && std::all_of(label.begin(), label.end(), IsHostCharacter);
  }

  // [A-Z]{2,6} or [A-Z0-9-]{2,}: the second holds the first.
  static bool IsLastLabel(View label) {
    return label.size() >= 2 && std::all_of(label.begin(), label.end(), IsHostCharacter);
  }

  // One label at least before the last.
  static bool IsName(View host) {
    if (!host.empty() && host.back() == '.') host.remove_suffix(1);
    bool has_inner = false;
    for (;;) {
      const size_t dot = host.find(Char('.'));
      if (dot == host.npos) return has_inner && IsLastLabel(host);
      if (!IsInnerLabel(host.substr(0, dot))) return false;
      has_inner = true;
      host.remove_prefix(dot + 1);
    }
  }

  static bool IsQuad(View host) {
    int num_numbers = 0;
    for (;;) {
      const size_t dot = host.find(Char('.'));
      const View number = host.substr(0, dot);
      if (number.empty() || number.size() > 3) return false;
      if (!std::all_of(number.begin(), number.end(), IsDigit)) return false;
      ++num_numbers;
      if (dot == host.npos) return num_numbers == 4;
      host.remove_prefix(dot + 1);
    }
  }

  // http or https, where the s may be a long one.
  static bool RemoveScheme(View* url) {
    static constexpr Char kHttp[] = {'h', 't', 't', 'p'};
    if (url->size() < 7) return false;
    for (size_t i = 0; i < 4; ++i) {
      if (((*url)[i] | 0x20) != kHttp[i]) return false;  // 0x20 turns capitals into small letters
    }
    url->remove_prefix(4);
    const Char c = url->front();
    if (c == 's' || c == 'S') url->remove_prefix(1);
    if constexpr (sizeof(Char) > 1) {
      if (c == 0x17F) url->remove_prefix(1);
    }
    if (url->size() < 3 || (*url)[0] != ':' || (*url)[1] != '/' || (*url)[2] != '/') return false;
    url->remove_prefix(3);
    return true;
  }

  static bool Matches(View url) {
    // Python's $ also matches before a final line break.
    if (!url.empty() && url.back() == '\n') url.remove_suffix(1);
    if (!RemoveScheme(&url)) return false;
    const auto ends_host = [](Char c) { return c == ':' || c == '/' || c == '?'; };
    const auto host_end = std::find_if(url.begin(), url.end(), ends_host);
    const View host = url.substr(0, static_cast<size_t>(host_end - url.begin()));
    if (!IsName(host) && !IsQuad(host)) return false;
    url.remove_prefix(host.size());
    if (!url.empty() && url.front() == ':') {
      url.remove_prefix(1);
      const auto port_end = std::find_if_not(url.begin(), url.end(), IsDigit);
      if (port_end == url.begin()) return false;
      url.remove_prefix(static_cast<size_t>(port_end - url.begin()));
    }
    if (url.empty()) return true;
    if (url.front() != '/' && url.front() != '?') return false;
    if (url.size() == 1) return url.front() == '/';
    return std::none_of(url.begin() + 1, url.end(), IsSpace);
  }
};

}  // namespace

bool IsMalformed(std::string_view url) {
  if (StartsWithScheme(url, "http://")) {
    url.remove_prefix(7);
  } else if (StartsWithScheme(url, "https://")) {
    url.remove_prefix(8);
  } else {
    return true;
  }
  if (HasWhitespaceOrControl(url)) return true;
  const auto site_end =
      std::find_if(url.begin(), url.end(), [](char c) { return c == '/' || c == '?' || c == '#'; });
  const std::string_view site = url.substr(0, static_cast<size_t>(site_end - url.begin()));
  const size_t colon = site.find(':');
  if (!IsHost(site.substr(0, colon))) return true;
  return colon != site.npos && !IsPort(site.substr(colon + 1));
}

bool IsMalformedForMegatron(std::string_view url) {
  const bool is_ascii = std::all_of(url.begin(), url.end(), [](char c) { return (c & 0x80) == 0; });
  if (is_ascii) return !MegatronRule<char>::Matches(url);
  std::u32string code_points;
  for (size_t i = 0; i < url.size();) {
    const Utf8Char c = DecodeUtf8(url, i);
    code_points.push_back(c.code_point);
    i += c.length;
  }
  return !MegatronRule<char32_t>::Matches(code_points);
}

}  // namespace owt::blacklist
