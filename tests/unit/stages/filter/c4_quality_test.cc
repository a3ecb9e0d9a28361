#include "stages/filter/c4_quality.h"

#include <gtest/gtest.h>

#include <string>

namespace owt::filter {
namespace {

C4Rules Lenient() {
  C4Rules rules;
  rules.min_sentences = 0;
  return rules;
}

// The text that stays, or the reason in brackets.
std::string Edit(std::string_view text, const C4Rules& rules = Lenient()) {
  TextParts parts;
  parts.Cut(text);
  Findings findings;
  findings.Clear(false);
  Changes changes;
  C4Editor editor;
  if (editor.Edit(parts, rules, &findings, &changes)) {
    return "<" + std::string(findings.first_failed().rule) + ">";
  }
  return editor.text();
}

TEST(C4, LinesNeedAnEndAndThreeWords) {
  EXPECT_EQ(Edit("It is good.\nIt is bad\n  Is it so?\t\nno way!\n\nSo he said.\""),
            "It is good.\nIs it so?\nSo he said.\"");
  EXPECT_EQ(Edit("And so on...\nAnd so on.."), "And so on..");
  C4Rules rules = Lenient();
  rules.terminal_marks = false;
  rules.min_line_words = 0;
  EXPECT_EQ(Edit("\na\n\nb\n", rules), "a\n\nb");
  EXPECT_EQ(Edit("one\r\ntwo\vthree\u2028four", rules), "one\ntwo\nthree\nfour");
}

TEST(C4, LongWords) {
  const std::string word(1000, 'x');
  EXPECT_EQ(Edit("a b " + word + "."), "");
  EXPECT_EQ(Edit("a b " + word.substr(1) + "."), "a b " + word.substr(1) + ".");
}

TEST(C4, CitationsGoBeforeTheEndIsLookedAt) {
  EXPECT_EQ(Edit("It is so.[1][edit]"), "It is so.");
  EXPECT_EQ(Edit("It[] is[12] so[citation needed]."), "It is so.");
  EXPECT_EQ(Edit("It is so. [\u0661]"), "");  // what is left ends in a blank
  EXPECT_EQ(Edit("It is so[a].\n[1 It is so."), "It is so[a].\n[1 It is so.");
  C4Rules rules = Lenient();
  rules.citations = false;
  EXPECT_EQ(Edit("It is so[1].", rules), "It is so[1].");
}

TEST(C4, PhrasesTakeTheLine) {
  EXPECT_EQ(Edit("Turn on JavaScript.\nUse it with care.\nWe Use Cookies here."),
            "Use it with care.");
  EXPECT_EQ(Edit("Turn on java[1]script."), "");
  EXPECT_EQ(Edit("Our Coo\u212Aie policy says.\nOr so they say."), "Or so they say.");
  EXPECT_EQ(Edit("Our cookie is good."), "Our cookie is good.");
  C4Rules rules = Lenient();
  rules.javascript = rules.policies = false;
  EXPECT_EQ(Edit("Turn on JavaScript.\nWe use cookies.", rules),
            "Turn on JavaScript.\nWe use cookies.");
}

TEST(C4, LoremIpsumAndBracketsTakeTheText) {
  EXPECT_EQ(Edit("It is good.\nLorem Ipsum is good."), "<lorem_ipsum>");
  EXPECT_EQ(Edit("It is good.\nint main {"), "It is good.");  // that line went before
  EXPECT_EQ(Edit("It is good.\nAn a { b.\nLorem ipsum is here."), "<curly_bracket>");
  EXPECT_EQ(Edit("It is good.\nLorem ipsum and {."), "<lorem_ipsum>");
}

TEST(C4, Sentences) {
  C4Rules rules;
  EXPECT_EQ(Edit("One is here. Two is here. Three is. Four is. Five.", rules),
            "One is here. Two is here. Three is. Four is. Five.");
  EXPECT_EQ(Edit("One is here. Two is here.\nThree is. Four is.", rules), "<too_few_sentences>");
}

TEST(C4, Paragraphs) {
  const auto judge = [](const std::string& text) {
    TextParts parts;
    parts.Cut(text);
    Findings findings;
    findings.Clear(false);
    return JudgeC4Paragraphs(parts, {}, &findings);
  };
  const std::string line(200, 'x');
  EXPECT_FALSE(judge(line + "\n" + line + "\nshort\n" + line));
  EXPECT_TRUE(judge(line + "\n" + line.substr(1) + "\n" + line));
  EXPECT_TRUE(judge(""));
}

}  // namespace
}  // namespace owt::filter
