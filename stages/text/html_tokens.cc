// The tokenizer of the HTML standard, section 13.2.5, with its states folded into the position in
// the page. libxml2's HTML parser would do, but its checks for repeated attributes and for end tags
// without a start are quadratic: a hostile page of 270 KB keeps it busy for five seconds.
#include "stages/text/html_tokens.h"

#include <algorithm>
#include <cstring>

namespace owt::text {
namespace {

bool IsBlank(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f'; }

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool EqualsIgnoringCase(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (Lower(text[i]) != lower[i]) return false;
  }
  return true;
}

constexpr std::string_view kAttributeNames[kNumAttributes] = {
    "aria-hidden", "charset", "class",    "content", "hidden", "href",  "id",  "itemprop",
    "lang",        "name",    "property", "rel",     "role",   "style", "type"};

// kNumAttributes where the name is none of ours.
size_t LookupAttribute(std::string_view name) {
  if (name.size() < 2 || name.size() > 11) return kNumAttributes;
  for (size_t i = 0; i < kNumAttributes; ++i) {
    if (EqualsIgnoringCase(name, kAttributeNames[i])) return i;
  }
  return kNumAttributes;
}

}  // namespace

bool HtmlTokenizer::Next(HtmlToken* token) {
  token->decode = false;
  token->text = {};
  if (raw_text_of_ != Tag::kUnknown && ReadRawText(token)) return true;
  while (at_ < page_.size()) {
    if (page_[at_] == '<') {
      const size_t before = at_;
      if (ReadMarkup(token)) return true;
      if (at_ != before) continue;  // a comment or the like was skipped
    }
    // Text up to the next '<'; one that starts no markup is text itself.
    const size_t from = at_;
    const void* less = from + 1 < page_.size()
                           ? std::memchr(page_.data() + from + 1, '<', page_.size() - from - 1)
                           : nullptr;
    at_ = less == nullptr ? page_.size()
                          : static_cast<size_t>(static_cast<const char*>(less) - page_.data());
    token->kind = HtmlToken::kText;
    token->text = page_.substr(from, at_ - from);
    token->decode = true;
    return true;
  }
  token->kind = HtmlToken::kEnd;
  return false;
}

// At '<'. True with a tag in `token`; else at_ has moved past what was skipped, or stays where the
// '<' is text.
bool HtmlTokenizer::ReadMarkup(HtmlToken* token) {
  const size_t next = at_ + 1;
  if (next >= page_.size()) return false;
  const char c = page_[next];
  if (IsLetter(c)) {
    token->kind = HtmlToken::kStartTag;
    return ReadTag(next, token);
  }
  if (c == '!') {
    if (page_.substr(next + 1, 2) == "--") {
      at_ = next + 3;
      SkipComment();
    } else {
      SkipTo('>');
    }
    return false;
  }
  if (c == '?') {
    SkipTo('>');
    return false;
  }
  if (c != '/' || next + 1 >= page_.size()) return false;
  if (IsLetter(page_[next + 1])) {
    token->kind = HtmlToken::kEndTag;
    return ReadTag(next + 1, token);
  }
  SkipTo('>');
  return false;
}

bool HtmlTokenizer::ReadTag(size_t name_begin, HtmlToken* token) {
  size_t end = name_begin;
  while (end < page_.size() && !IsBlank(page_[end]) && page_[end] != '/' && page_[end] != '>')
    ++end;
  token->name = page_.substr(name_begin, end - name_begin);
  token->tag = LookupTag(token->name);
  token->attributes_present = 0;
  token->self_closing = false;
  at_ = end;
  if (!ReadAttributes(token)) return false;  // the page ends inside the tag
  if (token->kind == HtmlToken::kStartTag && IsRawText(token->tag) &&
      !(token->tag == Tag::kSvg && token->self_closing) &&
      !never_closed_[static_cast<size_t>(token->tag)]) {
    raw_text_of_ = token->tag;
  }
  return true;
}

// Reads up to and with the '>'; false where the page ends first.
bool HtmlTokenizer::ReadAttributes(HtmlToken* token) {
  while (at_ < page_.size()) {
    SkipBlanks();
    if (at_ >= page_.size()) return false;
    const char c = page_[at_];
    if (c == '>') {
      ++at_;
      return true;
    }
    if (c == '/') {
      ++at_;
      if (at_ < page_.size() && page_[at_] == '>') token->self_closing = true;
      continue;
    }
    const size_t name_begin = at_++;  // a leading '=' belongs to the name
    while (at_ < page_.size() && !IsBlank(page_[at_]) && page_[at_] != '/' && page_[at_] != '>' &&
           page_[at_] != '=') {
      ++at_;
    }
    const std::string_view name = page_.substr(name_begin, at_ - name_begin);
    SkipBlanks();
    std::string_view value;
    if (at_ < page_.size() && page_[at_] == '=') {
      ++at_;
      value = ReadAttributeValue();
    }
    const size_t attribute = LookupAttribute(name);
    if (attribute == kNumAttributes || token->Has(static_cast<Attribute>(attribute))) continue;
    token->attributes_present |= 1u << attribute;
    token->attributes[attribute] = value;
  }
  return false;
}

std::string_view HtmlTokenizer::ReadAttributeValue() {
  SkipBlanks();
  if (at_ >= page_.size()) return {};
  const char quote = page_[at_];
  if (quote == '"' || quote == '\'') {
    const size_t begin = ++at_;
    const size_t end = std::min(page_.find(quote, begin), page_.size());
    at_ = std::min(end + 1, page_.size());
    return page_.substr(begin, end - begin);
  }
  const size_t begin = at_;
  while (at_ < page_.size() && !IsBlank(page_[at_]) && page_[at_] != '>') ++at_;
  return page_.substr(begin, at_ - begin);
}

// After "<!--". Ends at "-->" or "--!>", at once on "<!-->" and "<!--->", else with the page.
void HtmlTokenizer::SkipComment() {
  if (page_.substr(at_, 1) == ">" || page_.substr(at_, 2) == "->") {
    at_ = page_.find('>', at_) + 1;
    return;
  }
  for (size_t from = at_;; ++from) {
    from = page_.find("--", from);
    if (from == std::string_view::npos) {
      at_ = page_.size();
      return;
    }
    if (page_.substr(from + 2, 1) == ">") {
      at_ = from + 3;
      return;
    }
    if (page_.substr(from + 2, 2) == "!>") {
      at_ = from + 4;
      return;
    }
  }
}

void HtmlTokenizer::SkipTo(char c) {
  const size_t found = page_.find(c, at_);
  at_ = found == std::string_view::npos ? page_.size() : found + 1;
}

void HtmlTokenizer::SkipBlanks() {
  while (at_ < page_.size() && IsBlank(page_[at_])) ++at_;
}

// The content of an element with raw text, up to its end tag, which stays. False where it is empty.
// A script or style without an end tag takes the rest of the page, as in browsers; any other is
// read as markup after all, because a page cut or damaged there still has its text.
bool HtmlTokenizer::ReadRawText(HtmlToken* token) {
  const Tag tag = raw_text_of_;
  const std::string_view name = TagName(tag);
  raw_text_of_ = Tag::kUnknown;
  const size_t begin = at_;
  size_t end = std::string_view::npos;
  for (size_t from = begin;; ++from) {
    from = page_.find("</", from);
    if (from == std::string_view::npos) break;
    if (!EqualsIgnoringCase(page_.substr(from + 2, name.size()), name)) continue;
    const size_t after = from + 2 + name.size();
    if (after >= page_.size()) break;
    if (IsBlank(page_[after]) || page_[after] == '/' || page_[after] == '>') {
      end = from;
      break;
    }
  }
  if (end == std::string_view::npos) {
    if (tag != Tag::kScript && tag != Tag::kStyle) {
      never_closed_[static_cast<size_t>(tag)] = true;
      return false;
    }
    end = page_.size();
  }
  at_ = end;
  if (end == begin) return false;
  token->kind = HtmlToken::kText;
  token->text = page_.substr(begin, end - begin);
  token->decode = IsEscapableText(tag);
  return true;
}

}  // namespace owt::text
