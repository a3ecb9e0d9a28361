#include "stages/filter/url_rules.h"

#include <set>

#include "stages/text/url.h"

namespace owt::filter {
namespace {

bool IsLetterOrDigit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
}

// Calls on_word for each run of letters and digits of `lower`.
template <class OnWord>
void ForEachWord(std::string_view lower, OnWord on_word) {
  size_t begin = 0;
  for (size_t i = 0; i <= lower.size(); ++i) {
    if (i < lower.size() && IsLetterOrDigit(lower[i])) continue;
    if (i > begin) on_word(lower.substr(begin, i - begin));
    begin = i + 1;
  }
}

bool JudgeDomain(std::string_view lower, const UrlLists& lists, text::PublicSuffix* suffixes,
                 Findings* findings) {
  if (!lists.domains.empty()) {
    const std::string_view host = text::LenientHost(lower);
    const std::string_view domain = suffixes->Split(host).registrable();
    if (findings->AtMost("domain", lists.domains.contains(domain), 0)) return true;
    const bool host_listed = !domain.empty() && lists.domains.contains(host);
    if (findings->AtMost("subdomain", host_listed, 0)) return true;
  }
  return !lists.urls.empty() && findings->AtMost("url", lists.urls.contains(lower), 0);
}

}  // namespace

std::string LettersAndDigits(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (IsLetterOrDigit(c)) out += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  }
  return out;
}

text::NameSet WordSet(const std::vector<std::string>& entries) {
  text::NameSet words;
  for (const std::string& entry : entries) words.insert(LettersAndDigits(entry));
  words.erase("");
  return words;
}

PhraseTrie PartsOf(const std::vector<std::string>& entries) {
  std::vector<std::string> parts;
  for (const std::string& entry : entries) parts.push_back(LettersAndDigits(entry));
  return PhraseTrie(std::move(parts));
}

bool JudgeUrl(std::string_view url, const UrlLists& lists, text::PublicSuffix* suffixes,
              Findings* findings) {
  if (url.empty()) return false;
  std::string lower;
  text::AppendAsciiLower(url, &lower);
  if (JudgeDomain(lower, lists, suffixes, findings)) return true;
  std::set<std::string_view> words, soft_words;
  ForEachWord(lower, [&](std::string_view word) {
    if (lists.words.contains(word)) words.insert(word);
    if (lists.soft_words.contains(word)) soft_words.insert(word);
  });
  if (!lists.words.empty() &&
      findings->AtMost("hard_blacklisted", static_cast<double>(words.size()), 0)) {
    return true;
  }
  if (!lists.soft_words.empty() &&
      findings->AtMost("soft_blacklisted", static_cast<double>(soft_words.size()),
                       static_cast<double>(lists.min_soft_words) - 1)) {
    return true;
  }
  if (lists.parts.empty()) return false;
  const std::string letters = LettersAndDigits(lower);
  bool found = false;
  for (size_t i = 0; i < letters.size() && !found; ++i) {
    found = lists.parts.AnyPrefix(std::string_view(letters).substr(i), [](size_t) { return true; });
  }
  return findings->AtMost("blacklisted_subword", found, 0);
}

}  // namespace owt::filter
