#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "stages/text/html_tag.h"

namespace owt::text {

// The attributes that extraction reads; the tokenizer skips all others.
enum class Attribute : uint8_t {
  kAriaHidden,
  kCharset,
  kClass,
  kContent,
  kHidden,
  kHref,
  kId,
  kItemprop,
  kLang,
  kName,
  kProperty,
  kRel,
  kRole,
  kStyle,
  kType,
  kNumAttributes
};

inline constexpr size_t kNumAttributes = static_cast<size_t>(Attribute::kNumAttributes);

// One token of a page; views point into the page.
struct HtmlToken {
  enum Kind : uint8_t { kText, kStartTag, kEndTag, kEnd } kind = kEnd;

  Tag tag = Tag::kUnknown;
  bool self_closing = false;
  std::string_view name;                                    // of a tag, as written
  std::string_view text;                                    // of kText, references not yet decoded
  bool decode = false;                                      // kText: holds character references
  uint32_t attributes_present = 0;                          // bit per Attribute
  std::array<std::string_view, kNumAttributes> attributes;  // raw values; valid where present

  bool Has(Attribute attribute) const {
    return (attributes_present >> static_cast<unsigned>(attribute) & 1) != 0;
  }
};

// Cuts a page into tags and text as the tokenizer of the HTML standard does (section 13.2.5), with
// these simplifications: comments, doctypes and processing instructions are left out; <svg> is read
// as raw text; scripts end at the first </script. Every byte is looked at a bounded number of
// times: O(page) on any input. Memory: none.
class HtmlTokenizer {
 public:
  // REQUIRES: `page` outlives the tokenizer.
  explicit HtmlTokenizer(std::string_view page) : page_(page) {}

  // Reads the next token; false at the end of the page.
  bool Next(HtmlToken* token);

 private:
  bool ReadMarkup(HtmlToken* token);
  bool ReadTag(size_t name_begin, HtmlToken* token);
  bool ReadAttributes(HtmlToken* token);
  std::string_view ReadAttributeValue();
  void SkipComment();
  void SkipTo(char c);
  void SkipBlanks();
  bool ReadRawText(HtmlToken* token);

  std::string_view page_;
  size_t at_ = 0;
  Tag raw_text_of_ = Tag::kUnknown;  // set after the start tag of an element with raw content
  // No end tag of this kind lies ahead, so that it is not searched for again.
  std::array<bool, kNumTags> never_closed_{};
};

}  // namespace owt::text
