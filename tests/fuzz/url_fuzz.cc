// URLs of any bytes: cutting, keys, suffixes and the blacklist's checks end, and agree with each
// other where one follows from the other.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "pipeline/utf8.h"
#include "pipeline/white_space.h"
#include "stages/blacklist/malformed.h"
#include "stages/blacklist/matcher.h"
#include "stages/text/public_suffix.h"
#include "stages/text/url.h"
#include "stages/urls/html_unescape.h"
#include "stages/urls/openwebtext_key.h"

namespace {

void Require(bool holds) {
  if (!holds) abort();
}

std::string Key(std::string_view url, owt::text::UrlFold fold) {
  std::string key;
  owt::text::AppendUrlKey(owt::text::SplitUrl(url), fold, &key);
  return key;
}

void CheckSplit(std::string_view url) {
  const owt::text::UrlParts parts = owt::text::SplitUrl(url);
  const size_t size = parts.scheme.size() + parts.authority.size() + parts.path.size() +
                      parts.query.size() + parts.fragment.size();
  Require(size <= url.size() && url.size() <= size + 5);  // ":", "//", "?" and "#"
  const std::string_view host = owt::text::LenientHost(url);
  static owt::text::PublicSuffix suffixes;
  const owt::text::HostParts cut = suffixes.Split(host);
  Require(cut.subdomain.size() + cut.label.size() + cut.suffix.size() <= host.size());
}

void CheckText(std::string_view url) {
  using owt::blacklist::Blacklist;
  using owt::blacklist::Compat;
  using owt::blacklist::Matcher;
  static const Blacklist ours(Compat::kNone, {}, {});
  static const Blacklist megatrons(Compat::kMegatron, {}, {});
  static Matcher our_matcher(&ours);
  static Matcher megatron_matcher(&megatrons);
  if (our_matcher.DropReason(url).empty()) Require(!owt::blacklist::IsMalformed(url));
  if (megatron_matcher.DropReason(url).empty()) {
    Require(!owt::blacklist::IsMalformedForMegatron(url));
  }
  std::string plain;
  owt::urls::AppendUnescaped(url, &plain);
  Require(owt::FindInvalidUtf8(plain) == plain.npos);
  std::string key;
  owt::urls::AppendOpenWebTextKey(plain, &key);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view url(reinterpret_cast<const char*>(data), size);
  CheckSplit(url);
  Require(owt::StripWhiteSpace(url).size() <= url.size());
  // What folds less keeps apart what folds more keeps apart.
  const owt::text::UrlFold all{.scheme = true, .www = true, .slash = true, .tracking = true};
  const std::string without_fragment(url.substr(0, url.find('#')));
  Require(Key(url, {}) == Key(without_fragment, {}));
  Require(Key(url, all) == Key(without_fragment, all));
  if (owt::FindInvalidUtf8(url) == url.npos) CheckText(url);
  return 0;
}
