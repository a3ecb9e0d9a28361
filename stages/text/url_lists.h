#pragma once

#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "stages/text/public_suffix.h"

namespace owt::text {

// The names in the text of a list file: one a line, white space around them dropped, '#' starts a
// comment. A-Z are lowered.
std::vector<std::string> ParseNameList(std::string_view text);

namespace internal {

struct StringHash {
  using is_transparent = void;
  size_t operator()(std::string_view text) const;
};

}  // namespace internal

// A set of strings that is asked with views.
using NameSet = std::unordered_set<std::string, internal::StringHash, std::equal_to<>>;

// Domains of two kinds: "amazon" means that label directly below any public suffix, with all
// sub-domains (amazon.de, aws.amazon.com); "video.google.com" means that host and all below it.
// Immutable after construction, safe to share between threads.
class DomainSet {
 public:
  explicit DomainSet(const std::vector<std::string>& names);

  // `host` in lower case; `parts` its cut.
  bool Matches(std::string_view host, const HostParts& parts) const;

  // Whether `name` is an entry, letter by letter.
  bool Contains(std::string_view name) const { return names_.contains(name); }

 private:
  NameSet names_;
  bool has_hosts_ = false;  // entries with a dot
};

// File name extensions. Immutable after construction, safe to share between threads.
class ExtensionSet {
 public:
  // With or without the leading dot; may hold dots ("tar.gz").
  explicit ExtensionSet(const std::vector<std::string>& names);

  // Whether `text`, with A-Z and U+212A (the Kelvin sign, which lowers to k) lowered, ends with a
  // dot and an entry. That is Python's text.lower().endswith(entries) for entries in ASCII.
  bool MatchesEnd(std::string_view text) const;

 private:
  NameSet names_;  // without the first dot
  size_t longest_ = 0;
};

}  // namespace owt::text
