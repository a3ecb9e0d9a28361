#include "stages/blacklist/matcher.h"

#include "pipeline/utf8.h"
#include "stages/blacklist/malformed.h"
#include "stages/text/embedded_lists.h"
#include "stages/text/url.h"

namespace owt::blacklist {
namespace {

constexpr size_t kMaxShort = 8;  // characters; the reference's bound

std::vector<std::string> Joined(std::string_view embedded, const std::vector<std::string>& more) {
  std::vector<std::string> names = text::ParseNameList(embedded);
  names.insert(names.end(), more.begin(), more.end());
  return names;
}

bool IsShort(std::string_view url) {
  return url.size() <= 4 * kMaxShort && CountCodePoints(url) <= kMaxShort;
}

}  // namespace

Blacklist::Blacklist(Compat compat, const std::vector<std::string>& more_domains,
                     const std::vector<std::string>& more_extensions)
    : compat_(compat),
      domains_(Joined(text::BlacklistDomains(), more_domains)),
      extensions_(Joined(
          compat == Compat::kMegatron ? text::MegatronExtensions() : text::BlacklistExtensions(),
          more_extensions)) {}

std::string_view Matcher::DropReason(std::string_view url) {
  if (HasListedDomain(url)) return "domain";
  if (HasListedExtension(url)) return "extension";
  if (IsShort(url)) return "short";
  if (IsMalformedUrl(url)) return "malformed";
  return {};
}

bool Matcher::HasListedDomain(std::string_view url) {
  const std::string_view host = text::LenientHost(url);
  if (blacklist_->compat() == Compat::kMegatron) {
    return blacklist_->domains().Contains(suffixes_.Split(host).label);
  }
  lower_host_.clear();
  text::AppendAsciiLower(text::WithAsciiDots(host), &lower_host_);
  return blacklist_->domains().Matches(lower_host_, suffixes_.Split(lower_host_));
}

bool Matcher::HasListedExtension(std::string_view url) const {
  if (blacklist_->compat() == Compat::kMegatron) {
    return blacklist_->extensions().MatchesEnd(url.substr(0, url.find('?')));
  }
  return blacklist_->extensions().MatchesEnd(text::SplitUrl(url).path);
}

bool Matcher::IsMalformedUrl(std::string_view url) const {
  return blacklist_->compat() == Compat::kMegatron ? IsMalformedForMegatron(url) : IsMalformed(url);
}

}  // namespace owt::blacklist
