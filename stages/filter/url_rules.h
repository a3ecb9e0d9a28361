#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "stages/filter/findings.h"
#include "stages/filter/phrase_trie.h"
#include "stages/text/public_suffix.h"
#include "stages/text/url_lists.h"

namespace owt::filter {

// Lists of what a document's address must not hold: those of RefinedWeb (Penedo et al. 2023,
// https://arxiv.org/abs/2306.01116, appendix G.1) as datatrove's URLFilter reads them. Immutable,
// safe to share between threads.
struct UrlLists {
  text::NameSet domains;     // "example.org": that domain; "a.example.org": that host alone
  text::NameSet urls;        // whole addresses
  text::NameSet words;       // one is too many
  text::NameSet soft_words;  // min_soft_words different ones are
  uint64_t min_soft_words = 2;
  PhraseTrie parts;  // anywhere in the letters and digits of the address

  bool empty() const {
    return domains.empty() && urls.empty() && words.empty() && soft_words.empty() && parts.empty();
  }
};

// The letters and digits of ASCII in `text`, in lower case: the form of words and parts.
std::string LettersAndDigits(std::string_view text);

// The forms of list entries: without those that come out empty.
text::NameSet WordSet(const std::vector<std::string>& entries);
PhraseTrie PartsOf(const std::vector<std::string>& entries);

// True: no rule needs to be asked any more. Reasons are domain, subdomain, url, hard_blacklisted,
// soft_blacklisted, blacklisted_subword. A-Z are no different from a-z, and lists are in lower
// case. An empty address passes.
bool JudgeUrl(std::string_view url, const UrlLists& lists, text::PublicSuffix* suffixes,
              Findings* findings);

}  // namespace owt::filter
