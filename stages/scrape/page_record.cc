#include "stages/scrape/page_record.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <charconv>

#include "pipeline/error.h"
#include "pipeline/json_string.h"
#include "pipeline/utf8.h"
#include "stages/text/charset.h"
#include "stages/text/html_text.h"

namespace owt::scrape {
namespace {

struct PageText {
  std::string text;
  std::string title;
  std::string language;
  std::string_view encoding;
};

std::string_view TrimBlanks(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n\f\v";
  const size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

PageText TextOf(const Outcome& page) {
  const FetchResult& result = page.result;
  if (result.content_type == "text/plain") {
    const text::DecodedPage decoded = text::DecodePage(result.body, result.charset);
    return {std::string(TrimBlanks(decoded.Utf8(result.body))), {}, {}, decoded.encoding};
  }
  text::HtmlText html = text::ExtractText(result.body, result.charset);
  return {std::move(html.text), std::move(html.title), std::move(html.language), html.encoding};
}

void AppendField(std::string_view key, std::string_view value, std::string* out) {
  if (value.empty()) return;
  *out += ',';
  AppendJsonString(key, out);
  *out += ':';
  AppendJsonString(value, out);
}

void AppendNumber(std::string_view key, uint64_t value, std::string* out) {
  *out += fmt::format(",\"{}\":{}", key, value);
}

// A URL from the list may hold any bytes.
std::string Utf8Url(std::string_view url) {
  return IsUtf8(url) ? std::string(url)
                     : std::string(text::DecodePage(url, "windows-1252").Utf8(url));
}

uint64_t CountWords(std::string_view text) {
  uint64_t words = 0;
  bool in_word = false;
  for (const char c : text) {
    const bool is_blank = c == ' ' || (c >= '\t' && c <= '\r');
    words += !is_blank && !in_word;
    in_word = !is_blank;
  }
  return words;
}

std::string WebtextRecord(const Outcome& page, const PageText& content, bool with_times) {
  const auto target = ParseTarget(page.final_url);
  std::string meta = "{\"url\":";
  AppendJsonString(Utf8Url(page.listed_url), &meta);
  AppendNumber("word_count", CountWords(content.text), &meta);
  if (with_times) {
    meta += fmt::format(",\"elapsed\":{:.3f}", static_cast<double>(page.result.elapsed_ms) / 1000);
  }
  AppendField("scraper", "owt", &meta);
  AppendField("domain", target ? Utf8Url(target->host) : "", &meta);
  meta += '}';
  return fmt::format("{} {}\n", content.text.size(), meta.size()) + content.text + meta;
}

std::string JsonLine(const Outcome& page, const PageFormat& format, const PageText& content,
                     int64_t fetched_at_unix_s) {
  const FetchResult& result = page.result;
  std::string line;
  line.reserve(content.text.size() + content.text.size() / 16 + 512);
  line += '{';
  AppendJsonString(format.layout == PageLayout::kHtml ? "html" : format.text_key, &line);
  line += ':';
  AppendJsonString(content.text, &line);
  AppendField(format.url_key, Utf8Url(page.listed_url), &line);
  AppendNumber("status", static_cast<uint64_t>(result.status), &line);
  AppendField("final_url", Utf8Url(page.final_url), &line);
  AppendField("content_type", IsUtf8(result.content_type) ? result.content_type : "", &line);
  AppendField("encoding", content.encoding, &line);
  AppendField("title", content.title, &line);
  AppendField("language", content.language, &line);
  AppendNumber("bytes", result.wire_bytes, &line);
  AppendNumber("redirects", static_cast<uint64_t>(page.redirects), &line);
  if (format.with_times) {
    AppendField("fetched_at",
                fmt::format("{:%Y-%m-%dT%H:%M:%SZ}",
                            fmt::gmtime(static_cast<std::time_t>(fetched_at_unix_s))),
                &line);
    AppendNumber("elapsed_ms", static_cast<uint64_t>(result.elapsed_ms), &line);
  }
  line += "}\n";
  return line;
}

}  // namespace

Reason MakePageRecord(const Outcome& page, const PageFormat& format, int64_t fetched_at_unix_s,
                      std::string* out) {
  PageText content;
  if (format.layout == PageLayout::kHtml) {
    const text::DecodedPage decoded = text::DecodePage(page.result.body, page.result.charset);
    content.text = decoded.Utf8(page.result.body);
    content.encoding = decoded.encoding;
  } else {
    content = TextOf(page);
  }
  if (content.text.empty()) return Reason::kEmptyText;
  *out = format.layout == PageLayout::kWebtext ? WebtextRecord(page, content, format.with_times)
                                               : JsonLine(page, format, content, fetched_at_unix_s);
  return Reason::kNone;
}

WebtextParts TakeWebtextRecord(std::string_view* bytes) {
  const char* const end = bytes->data() + bytes->size();
  size_t text_bytes = 0;
  size_t meta_bytes = 0;
  const auto first = std::from_chars(bytes->data(), end, text_bytes);
  const auto second = first.ptr < end ? std::from_chars(first.ptr + 1, end, meta_bytes) : first;
  const auto header = static_cast<size_t>(second.ptr - bytes->data()) + 1;
  if (first.ec != std::errc() || second.ec != std::errc() || header > bytes->size() ||
      text_bytes > bytes->size() - header || meta_bytes > bytes->size() - header - text_bytes) {
    throw Error(ErrorKind::kInternal, "a page's record is not framed as it should be");
  }
  const WebtextParts parts = {bytes->substr(header, text_bytes),
                              bytes->substr(header + text_bytes, meta_bytes)};
  bytes->remove_prefix(header + text_bytes + meta_bytes);
  return parts;
}

}  // namespace owt::scrape
