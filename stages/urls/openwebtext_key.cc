#include "stages/urls/openwebtext_key.h"

#include <unicode/normalizer2.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "pipeline/utf8.h"
#include "stages/text/url.h"

namespace owt::urls {
namespace {

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c & 0x80) == 0; });
}

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// urlsplit drops leading controls and blanks, and tabs and line breaks anywhere.
std::string WithoutControls(std::string_view url) {
  while (!url.empty() && static_cast<unsigned char>(url.front()) <= 0x20) url.remove_prefix(1);
  std::string out(url);
  std::erase_if(out, [](char c) { return c == '\t' || c == '\r' || c == '\n'; });
  return out;
}

void AppendField(std::string_view field, std::string* key) {
  const auto size = static_cast<uint32_t>(field.size());
  key->append(reinterpret_cast<const char*>(&size), sizeof(size));
  key->append(field);
}

// One stretch of ASCII with %XX decoded; the bytes are read as UTF-8 with errors="replace".
void AppendDecodedRun(std::string_view run, std::string* out) {
  if (run.find('%') == run.npos) {
    out->append(run);
    return;
  }
  std::string bytes;
  for (size_t i = 0; i < run.size(); ++i) {
    if (run[i] == '%' && i + 2 < run.size() && HexValue(run[i + 1]) >= 0 &&
        HexValue(run[i + 2]) >= 0) {
      bytes.push_back(static_cast<char>(HexValue(run[i + 1]) * 16 + HexValue(run[i + 2])));
      i += 2;
    } else {
      bytes.push_back(run[i]);
    }
  }
  *out += ReplaceInvalidUtf8(bytes);
}

// unquote_plus: blanks for '+', then every stretch of ASCII alone.
std::string UnquotePlus(std::string_view text) {
  std::string plain(text);
  std::replace(plain.begin(), plain.end(), '+', ' ');
  std::string out;
  for (std::string_view rest = plain; !rest.empty();) {
    size_t size = 0;
    while (size < rest.size() && (rest[size] & 0x80) == 0) ++size;
    AppendDecodedRun(rest.substr(0, size), &out);
    rest.remove_prefix(size);
    size = 0;
    while (size < rest.size() && (rest[size] & 0x80) != 0) ++size;
    out.append(rest.substr(0, size));
    rest.remove_prefix(size);
  }
  return out;
}

// An IPv6 address or an "IPvFuture".
bool IsBracketedHost(std::string_view host) {
  if (host.starts_with('v')) {
    size_t at = 1;
    while (at < host.size() && HexValue(host[at]) >= 0) ++at;
    return at > 1 && at + 1 < host.size() && host[at] == '.';
  }
  return text::IsIpv6Address(host);
}

// Brackets go round the whole host, and it is an address.
bool HasGoodBrackets(std::string_view authority) {
  const bool opens = authority.find('[') != authority.npos;
  const bool closes = authority.find(']') != authority.npos;
  if (!opens || !closes) return opens == closes;
  std::string_view host = authority.substr(authority.rfind('@') + 1);  // npos + 1 is 0
  if (!host.starts_with('[')) {
    return host.find('[') == host.npos && IsBracketedHost(host.substr(0, host.find(':')));
  }
  host.remove_prefix(1);
  const size_t close = host.find(']');
  const std::string_view behind = close == host.npos ? "" : host.substr(close + 1);
  return (behind.empty() || behind.starts_with(':')) && IsBracketedHost(host.substr(0, close));
}

// Characters such as U+2100 (a/c) would split the authority anew once normalized.
bool StaysUnderNfkc(std::string_view authority) {
  if (IsAscii(authority)) return true;
  std::string plain(authority);
  std::erase_if(plain, [](char c) { return c == '@' || c == ':' || c == '#' || c == '?'; });
  const auto text = icu::UnicodeString::fromUTF8(plain);
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* nfkc = icu::Normalizer2::getNFKCInstance(status);
  if (U_FAILURE(status)) return false;
  const icu::UnicodeString normalized = nfkc->normalize(text, status);
  if (U_FAILURE(status)) return false;
  if (normalized == text) return true;
  std::string bytes;
  normalized.toUTF8String(bytes);
  return bytes.find_first_of("/?#@:") == bytes.npos;
}

bool TakesParameters(std::string_view scheme) {
  // urllib.parse.uses_params
  static constexpr std::string_view kSchemes[] = {
      "",     "ftp",   "hdl",   "prospero", "http", "imap", "https", "shttp",
      "rtsp", "rtsps", "rtspu", "sip",      "sips", "mms",  "sftp",  "tel"};
  return std::find(std::begin(kSchemes), std::end(kSchemes), scheme) != std::end(kSchemes);
}

// The part of the last path segment behind its first ';'.
std::string_view CutParameters(std::string_view* path) {
  const size_t slash = path->rfind('/');
  const size_t at = path->find(';', slash == path->npos ? 0 : slash);
  if (at == path->npos) return {};
  const std::string_view parameters = path->substr(at + 1);
  *path = path->substr(0, at);
  return parameters;
}

void AppendQuerySet(std::string_view query, std::string* key) {
  std::vector<std::pair<std::string, std::string>> pairs;
  while (!query.empty()) {
    const size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    const size_t equals = pair.find('=');
    if (equals == pair.npos || equals + 1 == pair.size()) continue;
    pairs.emplace_back(UnquotePlus(pair.substr(0, equals)), UnquotePlus(pair.substr(equals + 1)));
  }
  std::sort(pairs.begin(), pairs.end());
  pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
  for (const auto& [name, value] : pairs) {
    AppendField(name, key);
    AppendField(value, key);
  }
}

}  // namespace

bool AppendOpenWebTextKey(std::string_view url, std::string* key) {
  const std::string clean = WithoutControls(url);
  const text::UrlParts parts = text::SplitUrl(clean);
  if (!HasGoodBrackets(parts.authority) || !StaysUnderNfkc(parts.authority)) return false;
  std::string scheme;
  text::AppendAsciiLower(parts.scheme, &scheme);
  std::string_view path = parts.path;
  const std::string_view parameters =
      TakesParameters(scheme) ? CutParameters(&path) : std::string_view();
  AppendField(scheme, key);
  AppendField(parts.authority, key);
  AppendField(UnquotePlus(path), key);
  AppendField(parameters, key);
  AppendField(parts.fragment, key);
  AppendQuerySet(parts.query, key);
  return true;
}

}  // namespace owt::urls
