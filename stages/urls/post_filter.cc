#include "stages/urls/post_filter.h"

#include <algorithm>

#include "pipeline/utf8.h"
#include "pipeline/white_space.h"
#include "stages/text/embedded_lists.h"
#include "stages/urls/html_unescape.h"
#include "stages/urls/openwebtext_key.h"

namespace owt::urls {
namespace {

constexpr size_t kMaxShort = 9;  // characters; the reference wants ten

std::vector<std::string> Joined(std::string_view embedded, const std::vector<std::string>& more) {
  std::vector<std::string> names = text::ParseNameList(embedded);
  names.insert(names.end(), more.begin(), more.end());
  return names;
}

bool IsShort(std::string_view url) {
  return url.size() <= 4 * kMaxShort && CountCodePoints(url) <= kMaxShort;
}

bool IsHttp(const text::UrlParts& parts, std::string_view url) {
  std::string scheme;
  text::AppendAsciiLower(parts.scheme, &scheme);
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F; };
  return (scheme == "http" || scheme == "https") && !parts.host.empty() &&
         std::none_of(url.begin(), url.end(), is_control);
}

}  // namespace

PostRules::PostRules(Compat mode, const std::vector<std::string>& more_domains,
                     const std::vector<std::string>& more_extensions)
    : compat(mode),
      domains(Joined(text::OpenWebTextDomains(), more_domains)),
      extensions(Joined(mode == Compat::kOpenWebText ? text::OpenWebTextExtensions()
                                                     : text::BlacklistExtensions(),
                        more_extensions)) {}

std::string_view PostFilter::Judge(const formats::RedditPost& post, FoundUrl* found) {
  const bool is_compatible = rules_->compat == Compat::kOpenWebText;
  // The reference asks for a score above min - 1, which differs for fractions.
  if (is_compatible ? !(post.score > rules_->min_score - 1) : post.score < rules_->min_score) {
    return "low_score";
  }
  if (post.over_18 && !rules_->keep_over_18) return "over_18";
  if (post.is_self && !rules_->keep_self_posts && !is_compatible) return "self_post";
  found->url.clear();
  AppendUnescaped(post.url, &found->url);
  key_bytes_.clear();
  std::string_view reason;
  if (is_compatible) {
    reason = JudgeUrlForOpenWebText(post.url);
    if (!reason.empty()) return reason;
    if (found->url.find_first_of("\r\n") != found->url.npos) return "line_break";
    if (!AppendOpenWebTextKey(found->url, &key_bytes_)) return "unparsable";
  } else {
    found->url = std::string(StripWhiteSpace(found->url));
    reason = JudgeUrl(found->url);
    if (!reason.empty()) return reason;
    text::AppendUrlKey(text::SplitUrl(found->url), rules_->fold, &key_bytes_);
  }
  found->key = text::KeyOf(key_bytes_);
  return {};
}

std::string_view PostFilter::JudgeUrl(std::string_view url) {
  const text::UrlParts parts = text::SplitUrl(url);
  host_.clear();
  text::AppendAsciiLower(text::WithAsciiDots(text::LenientHost(url)), &host_);
  const text::HostParts host = suffixes_.Split(host_);
  if (rules_->domains.Matches(host_, host)) return "domain";
  if (rules_->extensions.MatchesEnd(parts.path)) return "extension";
  if (IsShort(url)) return "short";
  return IsHttp(parts, url) ? std::string_view() : "not_http";
}

std::string_view PostFilter::JudgeUrlForOpenWebText(std::string_view url) {
  if (IsExcludedForOpenWebText(url)) return "domain";
  if (rules_->extensions.MatchesEnd(url.substr(0, url.find('?')))) return "extension";
  return IsShort(url) ? "short" : std::string_view();
}

// The reference joins what tldextract returns: label and suffix; and all three parts that are not
// empty. Letter case counts.
bool PostFilter::IsExcludedForOpenWebText(std::string_view url) {
  host_ = text::WithAsciiDots(text::LenientHost(url));
  const text::HostParts parts = suffixes_.Split(host_);
  if (!parts.suffix.empty() && !parts.label.empty() &&
      rules_->domains.Contains(parts.registrable())) {
    return true;
  }
  std::string joined;
  for (const std::string_view part : {parts.subdomain, parts.label, parts.suffix}) {
    if (part.empty()) continue;
    if (!joined.empty()) joined.push_back('.');
    joined += part;
  }
  return rules_->domains.Contains(joined);
}

}  // namespace owt::urls
