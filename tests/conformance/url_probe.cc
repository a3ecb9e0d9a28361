// Lets the conformance scripts ask the URL code directly, many URLs in one process.
//
//   url_probe QUESTION < records > records
//
// Input and output are records: a little-endian u32 length in bytes, then the bytes. Parts of an
// answer are separated by NUL.

#include <cstdint>
#include <cstdio>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "formats/reddit_post.h"
#include "pipeline/white_space.h"
#include "stages/blacklist/malformed.h"
#include "stages/blacklist/matcher.h"
#include "stages/text/public_suffix.h"
#include "stages/text/url.h"
#include "stages/urls/html_unescape.h"
#include "stages/urls/openwebtext_key.h"

namespace {

using Answer = std::function<std::string(std::string_view)>;

bool ReadRecord(std::string* record) {
  uint32_t length;
  if (std::fread(&length, sizeof(length), 1, stdin) != 1) return false;
  record->resize(length);
  return std::fread(record->data(), 1, length, stdin) == length;
}

void WriteRecord(std::string_view record) {
  const auto length = static_cast<uint32_t>(record.size());
  std::fwrite(&length, sizeof(length), 1, stdout);
  std::fwrite(record.data(), 1, record.size(), stdout);
}

std::string Split(std::string_view url) {
  const owt::text::UrlParts parts = owt::text::SplitUrl(url);
  std::string out(parts.scheme);
  for (const std::string_view part : {parts.authority, parts.userinfo, parts.host, parts.port,
                                      parts.path, parts.query, parts.fragment}) {
    out.push_back('\0');
    out += part;
  }
  return out;
}

std::string Suffix(std::string_view url) {
  static owt::text::PublicSuffix suffixes;
  const owt::text::HostParts parts = suffixes.Split(owt::text::LenientHost(url));
  std::string out(parts.subdomain);
  for (const std::string_view part : {parts.label, parts.suffix}) {
    out.push_back('\0');
    out += part;
  }
  return out;
}

std::string Unescape(std::string_view text) {
  std::string out;
  owt::urls::AppendUnescaped(text, &out);
  return out;
}

std::string OpenWebTextKey(std::string_view url) {
  std::string key;
  return owt::urls::AppendOpenWebTextKey(url, &key) ? key : "unparsable";
}

Answer Blacklisted(owt::blacklist::Compat compat) {
  static owt::blacklist::Blacklist blacklist(compat, {}, {});
  static owt::blacklist::Matcher matcher(&blacklist);
  return [](std::string_view url) { return std::string(matcher.DropReason(url)); };
}

std::string Post(std::string_view line) {
  static owt::formats::RedditPostReader reader;
  const std::string padded =
      std::string(line).append(owt::formats::RedditPostReader::kPadding, ' ');
  owt::formats::RedditPost post;
  std::string out(reader.Read(std::string_view(padded).substr(0, line.size()), &post));
  if (!out.empty()) return out;
  for (const std::string_view part : {post.url, post.subreddit, post.id}) {
    out.push_back('\0');
    out += part;
  }
  out.push_back('\0');
  out += std::to_string(post.score);
  out += post.over_18 ? " over_18" : "";
  out += post.is_self ? " is_self" : "";
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  using owt::blacklist::Compat;
  const std::map<std::string, std::function<Answer()>> questions = {
      {"split", [] { return Answer(Split); }},
      {"suffix", [] { return Answer(Suffix); }},
      {"strip", [] { return Answer([](auto t) { return std::string(owt::StripWhiteSpace(t)); }); }},
      {"unescape", [] { return Answer(Unescape); }},
      {"openwebtext-key", [] { return Answer(OpenWebTextKey); }},
      {"malformed-megatron",
       [] {
         return Answer([](auto url) {
           return std::string(owt::blacklist::IsMalformedForMegatron(url) ? "1" : "0");
         });
       }},
      {"blacklist", [] { return Blacklisted(Compat::kNone); }},
      {"blacklist-megatron", [] { return Blacklisted(Compat::kMegatron); }},
      {"post", [] { return Answer(Post); }},
  };
  const auto question = argc == 2 ? questions.find(argv[1]) : questions.end();
  if (question == questions.end()) {
    std::fprintf(stderr, "usage: url_probe QUESTION < records > records\n");
    for (const auto& [name, make] : questions) std::fprintf(stderr, "  %s\n", name.c_str());
    return 2;
  }
  const Answer answer = question->second();
  for (std::string record; ReadRecord(&record);) WriteRecord(answer(record));
  return 0;
}
