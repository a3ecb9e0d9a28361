#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "stages/text/public_suffix.h"
#include "stages/text/url_lists.h"

namespace owt::blacklist {

enum class Compat {
  kNone,      // our rules
  kMegatron,  // blacklist_urls.py of Megatron-LM, its slips included
};

// What a blacklist says no to. Immutable, shared by all threads.
class Blacklist {
 public:
  // The lists of data/blacklist/ and the names given; with kMegatron the reference's lists are
  // taken instead of ours.
  Blacklist(Compat compat, const std::vector<std::string>& more_domains,
            const std::vector<std::string>& more_extensions);

  Compat compat() const { return compat_; }

  const text::DomainSet& domains() const { return domains_; }

  const text::ExtensionSet& extensions() const { return extensions_; }

 private:
  Compat compat_;
  text::DomainSet domains_;
  text::ExtensionSet extensions_;
};

// Asks the first four questions of the reference in its order; the fifth, "duplicate", needs all
// URLs (stages/text/first_seen.h). By default:
//   domain     the label below the public suffix, or the host or a part of it, is listed; in any
//   case extension  the path, without query and fragment, ends with a listed one; a host is no file
//   short      8 characters at most
//   malformed  see malformed.h
// With kMegatron: letter case of the label counts, the extension is sought in all that precedes
// the first '?', and malformed is what the reference's regular expression refuses.
//
// One object per thread; about 0.2 us per URL whose host was seen lately.
class Matcher {
 public:
  // `blacklist` must outlive the object.
  explicit Matcher(const Blacklist* blacklist) : blacklist_(blacklist) {}

  // The first reason that applies: "domain", "extension", "short", "malformed"; empty: none does.
  // REQUIRES: `url` is valid UTF-8 without white space at its ends.
  std::string_view DropReason(std::string_view url);

 private:
  bool HasListedDomain(std::string_view url);
  bool HasListedExtension(std::string_view url) const;
  bool IsMalformedUrl(std::string_view url) const;

  const Blacklist* blacklist_;
  text::PublicSuffix suffixes_;
  std::string lower_host_;
};

}  // namespace owt::blacklist
