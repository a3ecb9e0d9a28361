#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace owt::text {

// A host cut at its public suffix; the views point into the host that was given, case kept.
// "forums.bbc.co.uk" -> subdomain "forums", label "bbc", suffix "co.uk".
struct HostParts {
  std::string_view subdomain;
  std::string_view label;   // empty when the host is a public suffix itself
  std::string_view suffix;  // empty for an IP address and where no rule knows the last label

  // "bbc.co.uk"; empty when label or suffix is.
  std::string_view registrable() const {
    if (label.empty() || suffix.empty()) return {};
    return {label.data(), static_cast<size_t>(suffix.data() + suffix.size() - label.data())};
  }
};

// `host` with the three ideographic full stops, which IDNA takes for dots, as dots.
std::string WithAsciiDots(std::string_view host);

// Cuts hosts by the ICANN section of the public suffix list built into libpsl, as tldextract does
// by default: private suffixes (github.io) do not count, an unknown last label is no suffix.
// Remembers the answers for some thousand hosts (below 2 MB), since URLs repeat theirs: about
// 20 ns for a remembered host and 1 us for a new one. One object per thread.
class PublicSuffix {
 public:
  PublicSuffix();
  ~PublicSuffix();

  PublicSuffix(PublicSuffix&&) noexcept;
  PublicSuffix& operator=(PublicSuffix&&) noexcept;

  // `host` without port and brackets' surroundings, as LenientHost returns it. Any bytes are
  // accepted. Ideographic full stops separate labels like dots.
  HostParts Split(std::string_view host);

  // Identifies the list ("0.21.2 ... sha1"), for the record of a run.
  static std::string Version();

 private:
  struct Remembered;

  // Byte offset at which the public suffix starts; host.size() for none.
  size_t SuffixStart(std::string_view host);
  size_t LookUp(std::string_view host);

  std::unique_ptr<Remembered[]> cache_;
  std::string lower_;
};

}  // namespace owt::text
