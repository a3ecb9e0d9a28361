#include "stages/decontaminate/task_texts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "pipeline/error.h"
#include "pipeline/output_file.h"
#include "tests/support/scratch_folder.h"

namespace owt::decontaminate {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(TaskTextsTest, KnowsWhereMegatronsTasksHaveTheirTexts) {
  EXPECT_EQ(ParseTask("lambada=a/b.jsonl").field, "text");
  EXPECT_EQ(ParseTask("coqa=c").field, "questions");
  EXPECT_EQ(ParseTask("natural_questions=n").field, "question.text");
  EXPECT_EQ(ParseTask("mine=x.jsonl").field, "text");
  const Task task = ParseTask("squad=s3:x/y=z.jsonl:context");
  EXPECT_EQ(task.name, "squad");
  EXPECT_EQ(task.path, "s3:x/y=z.jsonl");
  EXPECT_EQ(task.field, "context");
  EXPECT_EQ(ParseTask("a=b:c/d").path, "b:c/d");
  for (const char* bad : {"", "a", "=b", "a="}) EXPECT_THROW(ParseTask(bad), Error) << bad;
}

class TaskFileTest : public ::testing::Test {
 protected:
  std::vector<std::string> Read(const std::string& content, const std::string& field) {
    const std::string path = scratch_.File("task.jsonl");
    WriteFileAtomically(path, content);
    std::vector<std::string> texts;
    ReadTask({"name", path, field}, [&](std::string_view text) { texts.emplace_back(text); });
    return texts;
  }

  std::string ErrorOf(const std::string& content, const std::string& field) {
    try {
      Read(content, field);
    } catch (const Error& error) {
      return error.message();
    }
    return "none";
  }

  tests::ScratchFolder scratch_;
};

TEST_F(TaskFileTest, ReadsTextsListsAndWhatIsInside) {
  EXPECT_THAT(Read("{\"t\": \"a\\u00e9\"}\n\n{\"t\": [\"b\", \"c\"]}\r\n{\"t\":[]}", "t"),
              ElementsAre("a\u00E9", "b", "c"));
  EXPECT_THAT(Read("{\"q\": {\"text\": \"x\"}}\n", "q.text"), ElementsAre("x"));
  const std::string longer(1 << 20, 'x');
  EXPECT_THAT(Read("{\"t\": \"" + longer + "\"}\n{\"t\": \"b\"}\n", "t"), ElementsAre(longer, "b"));
}

TEST_F(TaskFileTest, SaysWhichLineHasNoText) {
  EXPECT_THAT(ErrorOf("{\"t\": \"a\"}\n{\"u\": \"a\"}\n", "t"), HasSubstr("line 2 of task name"));
  for (const char* bad : {"{\"t\": 3}", "{\"t\": [\"a\", 3]}", "[]", "no", "{\"t\": null}"}) {
    EXPECT_THAT(ErrorOf(bad, "t"), HasSubstr("line 1 of task name")) << bad;
  }
  EXPECT_THAT(ErrorOf("{\"q\": \"x\"}\n", "q.text"), HasSubstr("line 1"));
  EXPECT_THAT(ErrorOf("\n \n", "t"), HasSubstr("no line"));
}

}  // namespace
}  // namespace owt::decontaminate
