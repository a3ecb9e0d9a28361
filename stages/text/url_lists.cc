#include "stages/text/url_lists.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>

#include "pipeline/white_space.h"
#include "stages/text/url.h"

namespace owt::text {

size_t internal::StringHash::operator()(std::string_view text) const {
  return XXH3_64bits(text.data(), text.size());
}

std::vector<std::string> ParseNameList(std::string_view text) {
  std::vector<std::string> names;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    line = StripWhiteSpace(line.substr(0, line.find('#')));
    if (line.empty()) continue;
    AppendAsciiLower(line, &names.emplace_back());
  }
  return names;
}

DomainSet::DomainSet(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    has_hosts_ = has_hosts_ || name.find('.') != name.npos;
    names_.insert(name);
  }
}

bool DomainSet::Matches(std::string_view host, const HostParts& parts) const {
  if (!parts.label.empty() && names_.contains(parts.label)) return true;
  if (!has_hosts_) return false;
  // The host, then what is left of it after each dot; a suffix alone is asked too, for lists that
  // exclude a whole country.
  for (;;) {
    if (names_.contains(host)) return host.find('.') != host.npos;
    const size_t dot = host.find('.');
    if (dot == host.npos) return false;
    host.remove_prefix(dot + 1);
  }
}

ExtensionSet::ExtensionSet(const std::vector<std::string>& names) {
  for (std::string_view name : names) {
    if (name.starts_with('.')) name.remove_prefix(1);
    if (name.empty()) continue;
    names_.emplace(name);
    longest_ = std::max(longest_, name.size());
  }
}

bool ExtensionSet::MatchesEnd(std::string_view text) const {
  constexpr std::string_view kKelvin = "\u212A";
  // Each letter may be a Kelvin sign, three bytes long.
  const size_t window = std::min(text.size(), (longest_ + 1) * kKelvin.size());
  text.remove_prefix(text.size() - window);
  if (text.find('.') == text.npos) return false;
  std::string lower;
  AppendAsciiLower(text, &lower);
  for (size_t at = 0; (at = lower.find(kKelvin, at)) != lower.npos;) {
    lower[at] = 'k';
    lower.erase(at + 1, kKelvin.size() - 1);
  }
  const std::string_view end = lower;
  for (size_t dot = end.rfind('.'); dot != end.npos;
       dot = dot == 0 ? end.npos : end.rfind('.', dot - 1)) {
    if (end.size() - dot - 1 > longest_) return false;
    if (names_.contains(end.substr(dot + 1))) return true;
  }
  return false;
}

}  // namespace owt::text
