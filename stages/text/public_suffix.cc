#include "stages/text/public_suffix.h"

#include <arpa/inet.h>
#include <libpsl.h>
#include <unicode/unistr.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <cstring>

#include "pipeline/utf8.h"
#include "stages/text/url.h"

// The longest rule decides (publicsuffix.org/list): libpsl answers "is this a public suffix?" for
// one name, so it is asked for the last label, the last two, ... No ICANN rule has more than
// four labels (a wildcard's star included), and a shorter name need not be a suffix where a longer
// one is: za is none, co.za is.

namespace owt::text {

namespace {

constexpr size_t kCacheSlots = 16384;
constexpr int kMaxRuleLabels = 5;
constexpr size_t kMaxHostBytes = 1024;  // DNS allows 253; what is longer has no public suffix

bool IsAscii(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) >= 0x80) return false;
  }
  return true;
}

// Length of the separator that ends at `end`, or 0.
size_t SeparatorBefore(std::string_view host, size_t end) {
  if (end == 0) return 0;
  if (host[end - 1] == '.') return 1;
  if (end < 3 || static_cast<unsigned char>(host[end - 1]) < 0x80) return 0;
  const std::string_view three = host.substr(end - 3, 3);
  return three == "\u3002" || three == "\uFF0E" || three == "\uFF61" ? 3 : 0;
}

// Start of the label that ends at `end`.
size_t LabelStart(std::string_view host, size_t end) {
  while (end > 0 && SeparatorBefore(host, end) == 0) --end;
  return end;
}

bool IsIpv4(std::string_view host) {
  // inet_pton refuses leading zeros and numbers above 255, as tldextract does.
  char text[16];
  if (host.size() >= sizeof(text)) return false;
  std::memcpy(text, host.data(), host.size());
  text[host.size()] = '\0';
  in_addr address;
  return inet_pton(AF_INET, text, &address) == 1;
}

}  // namespace

std::string WithAsciiDots(std::string_view host) {
  if (IsAscii(host)) return std::string(host);
  std::string out;
  for (size_t i = 0; i < host.size();) {
    const std::string_view three = host.substr(i, 3);
    if (three == "\u3002" || three == "\uFF0E" || three == "\uFF61") {
      out += '.';
      i += 3;
    } else {
      out += host[i++];
    }
  }
  return out;
}

struct PublicSuffix::Remembered {
  static constexpr size_t kMaxBytes = 110;
  uint8_t size = 0;
  uint8_t suffix_start = 0;
  char host[kMaxBytes];
};

PublicSuffix::PublicSuffix() : cache_(new Remembered[kCacheSlots]) {}

PublicSuffix::~PublicSuffix() = default;
PublicSuffix::PublicSuffix(PublicSuffix&&) noexcept = default;
PublicSuffix& PublicSuffix::operator=(PublicSuffix&&) noexcept = default;

HostParts PublicSuffix::Split(std::string_view host) {
  HostParts parts;
  if (host.starts_with('[') && host.ends_with(']') &&
      IsIpv6Address(host.substr(1, host.size() - 2))) {
    parts.label = host;
    return parts;
  }
  const size_t suffix_start = SuffixStart(host);
  size_t label_end = host.size();
  if (suffix_start < host.size()) {
    parts.suffix = host.substr(suffix_start);
    if (suffix_start == 0) {
      parts.label = host.substr(0, 0);
      return parts;
    }
    label_end = suffix_start - SeparatorBefore(host, suffix_start);
  } else if (IsIpv4(host)) {
    parts.label = host;
    return parts;
  }
  const size_t label_start = LabelStart(host, label_end);
  parts.label = host.substr(label_start, label_end - label_start);
  if (label_start > 0) {
    parts.subdomain = host.substr(0, label_start - SeparatorBefore(host, label_start));
  }
  return parts;
}

size_t PublicSuffix::SuffixStart(std::string_view host) {
  if (host.empty() || host.size() > kMaxHostBytes) return host.size();
  if (host.size() > Remembered::kMaxBytes) return LookUp(host);
  Remembered& slot = cache_[XXH3_64bits(host.data(), host.size()) % kCacheSlots];
  if (slot.size != host.size() || std::memcmp(slot.host, host.data(), host.size()) != 0) {
    slot.suffix_start = static_cast<uint8_t>(LookUp(host));
    slot.size = static_cast<uint8_t>(host.size());
    std::memcpy(slot.host, host.data(), host.size());
  }
  return slot.suffix_start;
}

size_t PublicSuffix::LookUp(std::string_view host) {
  const psl_ctx_t* list = psl_builtin();
  size_t best = host.size();
  size_t end = host.size();
  for (int labels = 0; labels < kMaxRuleLabels; ++labels) {
    const size_t start = LabelStart(host, end);
    // No top-level domain has one character, but libpsl 0.21.2 takes "x.m" for a child of "*.mm".
    if (labels == 0 && CountCodePoints(host.substr(start)) == 1) break;
    if (start == end) break;  // an empty label ends every rule
    lower_.clear();
    const std::string_view name = host.substr(start);
    if (IsAscii(name)) {
      AppendAsciiLower(name, &lower_);
    } else {
      icu::UnicodeString::fromUTF8(WithAsciiDots(name)).toLower().toUTF8String(lower_);
    }
    if (lower_.find('\0') != lower_.npos) break;
    if (psl_is_public_suffix2(list, lower_.c_str(), PSL_TYPE_ICANN | PSL_TYPE_NO_STAR_RULE)) {
      best = start;
    }
    if (start == 0) break;
    end = start - SeparatorBefore(host, start);
  }
  return best;
}

std::string PublicSuffix::Version() {
  return std::string("libpsl ") + psl_get_version() + ", list " + psl_builtin_sha1sum();
}

}  // namespace owt::text
