#include "stages/text/article_body.h"

#include <charconv>
#include <cstdint>
#include <string_view>

#include "pipeline/utf8.h"

namespace owt::text {
namespace {

// The four digits after \u at `at`, or -1.
int ReadUnit(std::string_view json, size_t at) {
  if (at + 4 > json.size()) return -1;
  int unit = 0;
  const auto [end, error] = std::from_chars(json.data() + at, json.data() + at + 4, unit, 16);
  return error == std::errc{} && end == json.data() + at + 4 && unit >= 0 ? unit : -1;
}

// Appends what the escape at json[at] == '\\' means; returns the bytes it takes.
size_t AppendEscape(std::string_view json, size_t at, std::string* out) {
  if (at + 1 >= json.size()) return 1;
  switch (json[at + 1]) {
    case 'n':
    case 'r':
      out->push_back('\n');
      return 2;
    case 't':
    case 'b':
    case 'f':
      out->push_back(' ');
      return 2;
    case 'u':
      break;
    default:
      out->push_back(json[at + 1]);
      return 2;
  }
  const int unit = ReadUnit(json, at + 2);
  if (unit <= 0) return 2;
  const bool high = unit >= 0xD800 && unit < 0xDC00;
  const int low = high && json.substr(at + 6, 2) == "\\u" ? ReadUnit(json, at + 8) : -1;
  if (low >= 0xDC00 && low < 0xE000) {
    AppendUtf8(static_cast<char32_t>(0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00)), out);
    return 12;
  }
  const bool surrogate = unit >= 0xD800 && unit < 0xE000;
  AppendUtf8(surrogate ? kReplacementCharacter : static_cast<char32_t>(unit), out);
  return 6;
}

// The JSON string whose first byte after the quote is json[at].
std::string ReadString(std::string_view json, size_t at) {
  std::string out;
  while (at < json.size() && json[at] != '"') {
    if (json[at] == '\\') {
      at += AppendEscape(json, at, &out);
    } else {
      out.push_back(json[at++]);
    }
  }
  return out;
}

}  // namespace

std::string FindArticleBody(const HtmlTree& tree) {
  constexpr std::string_view kKey = "\"articleBody\"";
  constexpr std::string_view kBlanks = " \t\r\n";
  std::string longest;
  for (uint32_t i = 0; i < tree.size(); ++i) {
    if (tree[i].tag != Tag::kText || tree[tree[i].parent].tag != Tag::kScript) continue;
    const std::string_view json = tree.Text(tree[i]);
    size_t at = json.find(kKey);
    while (at != std::string_view::npos) {
      const size_t colon = json.find_first_not_of(kBlanks, at + kKey.size());
      at = json.find(kKey, at + kKey.size());
      if (colon == std::string_view::npos || json[colon] != ':') continue;
      const size_t quote = json.find_first_not_of(kBlanks, colon + 1);
      if (quote == std::string_view::npos || json[quote] != '"') continue;
      std::string body = ReadString(json, quote + 1);
      if (body.size() > longest.size()) longest = std::move(body);
    }
  }
  return longest;
}

}  // namespace owt::text
