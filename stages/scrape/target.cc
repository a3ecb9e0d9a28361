// URLs are taken apart by libcurl's parser, the one that will also decide where the request goes:
// a second parser with another opinion about the host is how guards are passed by.
#include "stages/scrape/target.h"

#include <curl/curl.h>

#include <memory>

namespace owt::scrape {
namespace {

struct UrlFree {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};

using UrlHandle = std::unique_ptr<CURLU, UrlFree>;

std::string_view TrimControls(std::string_view text) {
  const auto is_blank = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

bool GetPart(CURLU* url, CURLUPart part, unsigned flags, std::string* out) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, flags) != CURLUE_OK) return false;
  out->assign(text);
  curl_free(text);
  return true;
}

bool HasPart(CURLU* url, CURLUPart part) {
  std::string unused;
  return GetPart(url, part, 0, &unused);
}

// "http://" + host: what is left of an unescaped URL may hold bytes that break the request line.
bool IsPrintable(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) <= ' ' || c == '\x7F') return false;
  }
  return true;
}

std::string LowerAscii(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  return text;
}

std::optional<Target> Finish(CURLU* url) {
  Target target;
  std::string scheme;
  std::string port;
  if (!GetPart(url, CURLUPART_SCHEME, 0, &scheme)) return std::nullopt;
  if (scheme != "http" && scheme != "https") return std::nullopt;
  if (HasPart(url, CURLUPART_USER) || HasPart(url, CURLUPART_PASSWORD)) return std::nullopt;
  if (!GetPart(url, CURLUPART_HOST, 0, &target.host) || target.host.empty()) return std::nullopt;
  if (!GetPart(url, CURLUPART_PORT, CURLU_DEFAULT_PORT, &port)) return std::nullopt;
  if (!GetPart(url, CURLUPART_PATH, 0, &target.path)) return std::nullopt;
  target.host = LowerAscii(std::move(target.host));
  while (target.host.size() > 1 && target.host.ends_with('.')) target.host.pop_back();
  std::string query;
  if (GetPart(url, CURLUPART_QUERY, 0, &query)) target.path += "?" + query;
  if (curl_url_set(url, CURLUPART_FRAGMENT, nullptr, 0) != CURLUE_OK ||
      curl_url_set(url, CURLUPART_HOST, target.host.c_str(), 0) != CURLUE_OK ||
      !GetPart(url, CURLUPART_URL, CURLU_NO_DEFAULT_PORT, &target.url)) {
    return std::nullopt;
  }
  if (target.url.size() > kMaxUrlBytes || !IsPrintable(target.url)) return std::nullopt;
  target.origin = scheme + "://" + target.host + ":" + port;
  target.port = static_cast<uint16_t>(std::stoul(port));
  return target;
}

}  // namespace

std::optional<Target> ParseTarget(std::string_view url) {
  url = TrimControls(url);
  if (url.empty() || url.size() > kMaxUrlBytes || url.find('\0') != url.npos) return std::nullopt;
  const UrlHandle handle(curl_url());
  if (!handle) return std::nullopt;
  if (curl_url_set(handle.get(), CURLUPART_URL, std::string(url).c_str(), CURLU_URLENCODE) !=
      CURLUE_OK) {
    return std::nullopt;
  }
  return Finish(handle.get());
}

std::optional<Target> ParseLocation(const Target& from, std::string_view location) {
  location = TrimControls(location);
  if (location.empty() || location.size() > kMaxUrlBytes || location.find('\0') != location.npos) {
    return std::nullopt;
  }
  const UrlHandle handle(curl_url());
  if (!handle) return std::nullopt;
  if (curl_url_set(handle.get(), CURLUPART_URL, from.url.c_str(), 0) != CURLUE_OK ||
      curl_url_set(handle.get(), CURLUPART_URL, std::string(location).c_str(), CURLU_URLENCODE) !=
          CURLUE_OK) {
    return std::nullopt;
  }
  return Finish(handle.get());
}

}  // namespace owt::scrape
