#include "stages/urls/found_line.h"

#include <fmt/format.h>

#include "pipeline/json_string.h"

namespace owt::urls {
namespace {

void AppendTsvField(std::string_view field, std::string* out) {
  out->push_back('\t');
  for (const char c : field) {
    const auto byte = static_cast<unsigned char>(c);
    out->push_back(byte < 0x20 || byte == 0x7F ? ' ' : c);
  }
}

void AppendJson(std::string_view url, const formats::RedditPost& post, std::string* out) {
  *out += "{\"url\":";
  AppendJsonString(url, out);
  *out += ",\"subreddit\":";
  AppendJsonString(post.subreddit, out);
  *out += fmt::format(",\"score\":{},\"id\":", post.score);
  AppendJsonString(post.id, out);
  out->push_back('}');
}

}  // namespace

void AppendFoundLine(Provenance provenance, std::string_view url, const formats::RedditPost& post,
                     std::string* out) {
  if (provenance == Provenance::kJsonl) {
    AppendJson(url, post, out);
  } else {
    *out += url;
    if (provenance == Provenance::kTsv) {
      AppendTsvField(post.subreddit, out);
      *out += fmt::format("\t{}", post.score);
      AppendTsvField(post.id, out);
    }
  }
  out->push_back('\n');
}

}  // namespace owt::urls
