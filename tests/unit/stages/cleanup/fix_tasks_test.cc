#include "stages/cleanup/fix_tasks.h"

#include <gtest/gtest.h>

#include <string>

#include "pipeline/error.h"

namespace owt::cleanup {
namespace {

struct Done {
  std::string reason, text;

  bool operator==(const Done&) const = default;
};

Done Perform(const std::vector<std::string>& names, std::string text,
             std::optional<std::string_view> language = {}) {
  const std::string reason(RunFixTasks(ParseFixTasks(names), TextCleaner({}), language, &text));
  return {reason, text};
}

TEST(FixTasks, LengthsAreInCharacters) {
  std::string text;
  for (int i = 0; i < 511; ++i) text += "\u00E9";
  EXPECT_EQ(Perform({"remove_512"}, text).reason, "remove_512");
  EXPECT_EQ(Perform({"remove_512"}, text + "x").reason, "");
}

TEST(FixTasks, JavascriptInShortTexts) {
  const std::string text = "enable JavaScript";
  EXPECT_EQ(Perform({"remove_256_javascript"}, text).reason, "remove_256_javascript");
  EXPECT_EQ(Perform({"remove_256_javascript"}, text + std::string(256, ' ')).reason, "");
  EXPECT_EQ(Perform({"remove_256_javascript"}, "java script").reason, "");
}

TEST(FixTasks, ShortTextsInOtherLanguages) {
  const std::vector<std::string> names = {"remove_512_non_english"};
  EXPECT_EQ(Perform(names, "Guten Tag", R"("de")").reason, "remove_512_non_english");
  EXPECT_EQ(Perform(names, "1 2 3", R"("und")").reason, "remove_512_non_english");
  EXPECT_EQ(Perform(names, "Good day", R"("en")").reason, "");
  EXPECT_EQ(Perform(names, "Good day", R"("eng_Latn")").reason, "");
  EXPECT_EQ(Perform(names, std::string(512, 'x'), R"("de")").reason, "");
  EXPECT_EQ(Perform(names, std::string(512, 'x')).reason, "");
  EXPECT_THROW(Perform(names, "Good day"), Error);  // nobody has said what language it is
  EXPECT_EQ(Perform({"remove_256_javascript", "remove_512_non_english"}, "javascript").reason,
            "remove_256_javascript");
}

TEST(FixTasks, TheFirstThatAppliesIsTheOnlyOne) {
  EXPECT_EQ(Perform({"general_cleaning", "ftfy_fix_text"}, "a  &amp;"), (Done{"", "a  &"}));
  EXPECT_EQ(Perform({"general_cleaning"}, "a  &amp;"), (Done{"", "a &amp;"}));
  EXPECT_EQ(Perform({"general_cleaning", "remove_512"}, "a  b"), (Done{"remove_512", "a  b"}));
}

TEST(FixTasks, CleanSpaces) {
  EXPECT_EQ(CleanSpaces("a\n\n b"), "a b");
  EXPECT_EQ(CleanSpaces("a\n  b"), "a  b");  // the line feed takes one of them
  EXPECT_EQ(CleanSpaces(".\n\nb   c \n"), ".\n\nb c \n");
  EXPECT_EQ(CleanSpaces("\u00E9\n\u4E2D\n_\n"), "\u00E9 \u4E2D _ ");
}

TEST(FixTasks, UnknownNames) {
  EXPECT_THROW(ParseFixTasks({"remove_everything"}), Error);
  EXPECT_FALSE(ParseFixTasks({}).any());
}

}  // namespace
}  // namespace owt::cleanup
