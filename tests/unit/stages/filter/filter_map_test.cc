#include "stages/filter/filter_map.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "formats/document.h"
#include "pipeline/buffer.h"

namespace owt::filter {
namespace {

// "REASON: details" of what the map says of a text, and the text afterwards.
std::string Explained(const FilterMap& map, const std::string& text, std::string* after) {
  Buffer line;
  line.Append("{\"text\": \"" + text + "\"}");
  DocumentParser parser({});
  Document asked, explained;
  EXPECT_EQ(parser.Parse(line.view(), &asked), "");
  const Verdict verdict = map.Apply(asked);
  DocumentParser again({});
  EXPECT_EQ(again.Parse(line.view(), &explained), "");
  const Explanation explanation = map.Explain(explained);
  EXPECT_EQ(explanation.verdict.drop_reason, verdict.drop_reason);
  EXPECT_EQ(explained.text(), asked.text());
  *after = explained.text();
  return std::string(verdict.drop_reason) + ": " + explanation.details;
}

FilterRules C4Alone() {
  FilterRules rules;
  rules.c4.emplace();
  rules.c4->min_sentences = 2;
  return rules;
}

TEST(FilterMap, ExplainsDropsAndChanges) {
  const FilterMap map(C4Alone(), Mode::kDrop);
  std::string after;
  EXPECT_EQ(Explained(map, "It is so. So it is.", &after), ": ");
  EXPECT_EQ(Explained(map, "It is so. So it is.\\nno end", &after),
            ": no_terminal_punc once, at byte 20");
  EXPECT_EQ(after, "It is so. So it is.");
  EXPECT_EQ(Explained(map, "It is so.\\nno end", &after),
            "too_few_sentences: 1 sentences in the lines that stay, at least 2, bytes 0..16");
  EXPECT_EQ(Explained(map, "It is so.\\nint main() { so. }.", &after),
            "curly_bracket: 1 lines with {, at most 0, bytes 10..29");
}

TEST(FilterMap, BytesAreThoseOfWhatIsLeft) {
  FilterRules rules = C4Alone();
  rules.c4->min_sentences = 0;
  rules.fineweb.emplace();
  const FilterMap map(std::move(rules), Mode::kDrop);
  std::string after;
  EXPECT_EQ(
      Explained(map, "It is so.\\nno end", &after),
      "short_line_ratio: 1 of the lines are short, at most 0.67, bytes 0..9 of what the rules "
      "before it left");
}

TEST(FilterMap, TagsAreExplained) {
  const FilterMap map(C4Alone(), Mode::kTag);
  std::string after;
  EXPECT_EQ(Explained(map, "It is so.", &after), ": fails too_few_sentences: 1 (at least 2)");
}

}  // namespace
}  // namespace owt::filter
