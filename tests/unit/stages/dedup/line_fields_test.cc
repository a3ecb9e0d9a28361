#include "stages/dedup/line_fields.h"

#include <gtest/gtest.h>

#include <string>

#include "pipeline/buffer.h"
#include "stages/dedup/document_id.h"

namespace owt::dedup {
namespace {

TEST(LineFieldsTest, TwoFieldsWithATab) {
  LineFields fields;
  ASSERT_TRUE(SplitFields("a b\t\xc3\xa9", &fields));
  EXPECT_EQ(fields.first, "a b");
  EXPECT_EQ(fields.second, "\xc3\xa9");
  for (const std::string bad :
       {"", "\t", "a", "a\t", "\tb", "a\tb\tc", "a\tb\r", "a\x1f\tb", "a\tb\x7f"}) {
    EXPECT_FALSE(SplitFields(bad, &fields)) << bad;
  }
  EXPECT_FALSE(SplitFields(std::string("a\tb\0", 4), &fields));
  EXPECT_TRUE(SplitFields("a\t" + std::string(kMaxFieldBytes, 'b'), &fields));
  EXPECT_FALSE(SplitFields("a\t" + std::string(kMaxFieldBytes + 1, 'b'), &fields));
}

// The reason and the id of a document.
std::pair<std::string, std::string> IdOf(const IdRule& rule, std::string line) {
  Buffer buffer;
  buffer.Append(line);
  DocumentParser parser(DocumentKeys{});
  Document document;
  EXPECT_EQ(parser.Parse(buffer.view(), &document), "");
  std::string id = "of the document before";
  const std::string_view reason = DocumentId(rule, document, 42, &id);
  return {std::string(reason), reason.empty() ? id : ""};
}

TEST(DocumentIdTest, AddressFieldOrNumber) {
  using Pair = std::pair<std::string, std::string>;
  const std::string line =
      R"({"text": "t", "url": "http:\/\/x/\u00e9", "a": "b\"c", "n": -7e1, "no": null, "e": "",)"
      R"( "t": "a\tb", "l": ["x"], "o": {}, "b": true, "s": "\ud800"})";
  EXPECT_EQ(IdOf({"", ""}, line), Pair("", "http://x/\xc3\xa9"));
  EXPECT_EQ(IdOf({"", ""}, R"({"text": "t"})"), Pair("no_id", ""));
  EXPECT_EQ(IdOf({"", ""}, R"({"text": "t", "url": null})"), Pair("no_id", ""));
  EXPECT_EQ(IdOf({"", "part-1:"}, line), Pair("", "part-1:000000000042"));
  EXPECT_EQ(IdOf({"a", ""}, line), Pair("", "b\"c"));
  EXPECT_EQ(IdOf({"n", ""}, line), Pair("", "-7e1"));
  for (const char* key : {"no", "e", "missing"}) {
    EXPECT_EQ(IdOf({key, ""}, line), Pair("no_id", "")) << key;
  }
  for (const char* key : {"t", "l", "o", "b", "s"}) {
    EXPECT_EQ(IdOf({key, ""}, line), Pair("bad_id", "")) << key;
  }
}

}  // namespace
}  // namespace owt::dedup
