// The tasks with one id a byte, so that rows can be read.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "pipeline/context.h"
#include "pipeline/error.h"
#include "pipeline/paths.h"
#include "tests/support/scratch_folder.h"
#include "trainer/evaluate/choice_task.h"
#include "trainer/evaluate/lambada_task.h"
#include "trainer/evaluate/wikitext_task.h"

namespace owt::trainer {
namespace {

using ::testing::ElementsAre;

std::vector<uint32_t> Bytes(std::string_view text) {
  return {reinterpret_cast<const unsigned char*>(text.data()),
          reinterpret_cast<const unsigned char*>(text.data()) + text.size()};
}

// "context|scored" of each row; answers with what `score` says of it.
std::vector<std::string> Ask(Task* task, int64_t length,
                             const std::function<RowScore(const ScoreRow&)>& score) {
  task->Start(length);
  std::vector<std::string> rows;
  ScoreRow row;
  while (task->Next(&row)) {
    std::string text(row.ids.begin(), row.ids.end());
    rows.push_back(text.insert(text.size() - row.num_scored, "|"));
    task->Take(score(row));
  }
  return rows;
}

RowScore AllRight(const ScoreRow& row) { return {-1.0, row.num_scored, row.num_scored}; }

class RecordTaskTest : public ::testing::Test {
 protected:
  RecordLines& Records(std::string_view jsonl) {
    tests::WriteAll(scratch_.File("in.jsonl"), jsonl);
    context_.inputs = ExpandInputs({scratch_.File("in.jsonl")});
    return records_.emplace(context_, "");
  }

  tests::ScratchFolder scratch_;
  RunContext context_;
  std::optional<RecordLines> records_;
};

TEST_F(RecordTaskTest, LambadaAsksForTheLastTokenOrWord) {
  const std::string lines =
      "{\"text\":\"the old dog \"}\n{\"text\":\"a\\u3000b\"}\n{\"text\":\"long context end\"}\n";
  LambadaTask token(&Records(lines), "text", Bytes, false);
  EXPECT_THAT(Ask(&token, 8, AllRight), ElementsAre(" old dog| ", "a\u3000|b", "ntext en|d"));
  LambadaTask word(&Records(lines), "text", Bytes, true);
  EXPECT_THAT(Ask(&word, 8, AllRight), ElementsAre("e old| dog", "a| b", "ntext| end"));
}

TEST_F(RecordTaskTest, LambadaCountsOnlyWhatIsRightThroughout) {
  LambadaTask task(&Records("{\"text\":\"one two\"}\n{\"text\":\"three four\"}\n"), "text", Bytes,
                   true);
  Ask(&task, 20, [](const ScoreRow& row) {
    return RowScore{-2.0, row.num_scored, row.num_scored - (row.num_scored == 5)};
  });
  EXPECT_EQ(task.Line(),
            " validation results on LAMBADA | number correct: 1.0000E+00 | total examples: "
            "2.0000E+00 | avg accuracy: 5.0000E-01");
  EXPECT_EQ(task.Json()["log_probability"], -4.0);
}

TEST_F(RecordTaskTest, LambadaLeavesOutWhatCannotBeAsked) {
  LambadaTask task(
      &Records("{\"text\":\"\"}\n{\"text\":\"one\"}\n{\"text\":3}\n\n{\"text\":\"a b\"}\n"
               "{\"text\":\"a wordthatislong\"}\n"),
      "text", Bytes, true);
  EXPECT_THAT(Ask(&task, 8, AllRight), ElementsAre("a| b"));
  EXPECT_EQ(records_->Finish(),
            "4 of 5 records were left out (2 no_context, 1 text_not_a_string, 1 too_long); the "
            "first is " +
                scratch_.File("in.jsonl") + ":0: no_context");
}

TEST_F(RecordTaskTest, NothingToAskIsAnError) {
  LambadaTask task(&Records("{\"text\":\"\"}\n"), "text", Bytes, false);
  Ask(&task, 8, AllRight);
  EXPECT_THROW(task.Line(), Error);
}

TEST_F(RecordTaskTest, ChoicesAreComparedBySumAndByToken) {
  ChoiceTask task(&Records("{\"ctx\":\"It\",\"endings\":[\"is\",\"rains\",\"snow\"],\"label\":1}\n"
                           "{\"context\":\"He\",\"endings\":[\"is\",\"sings\"],\"label\":\"0\"}\n"),
                  Bytes);
  // Sum: the shortest; by token: the longest. Of equals the first.
  const auto score = [](const ScoreRow& row) {
    return RowScore{-1.0 - row.num_scored * 0.1, row.num_scored, 0};
  };
  EXPECT_THAT(Ask(&task, 20, score),
              ElementsAre("It| is", "It| rains", "It| snow", "He| is", "He| sings"));
  EXPECT_EQ(task.Line(),
            " validation results on HELLASWAG | acc: 5.0000E-01 | acc_norm: 5.0000E-01 | total "
            "examples: 2.0000E+00");
  const auto json = task.Json();
  EXPECT_EQ(json["correct"], 1);
  EXPECT_EQ(json["correct_norm"], 1);
}

TEST_F(RecordTaskTest, MalformedChoices) {
  const std::string good = R"("ctx":"a","endings":["b","c"],"label":1)";
  const std::pair<std::string, std::string> cases[] = {
      {R"({"ctx":"a","endings":["b"],"label":0})", "endings_malformed"},
      {R"({"ctx":"a","endings":["b",""],"label":0})", "endings_malformed"},
      {R"({"ctx":"a","endings":["b",3],"label":0})", "endings_malformed"},
      {R"({"ctx":"a","endings":"b","label":0})", "endings_malformed"},
      {R"({"ctx":"a","endings":["b","\ud800"],"label":0})", "endings_malformed"},
      {R"({"ctx":"a","label":0})", "endings_malformed"},
      {R"({"ctx":"a","endings":["b","c"],"label":2})", "label_malformed"},
      {R"({"ctx":"a","endings":["b","c"],"label":-1})", "label_malformed"},
      {R"({"ctx":"a","endings":["b","c"],"label":1.0})", "label_malformed"},
      {R"({"ctx":"a","endings":["b","c"],"label":"\""})", "label_malformed"},
      {R"({"ctx":"a","endings":["b","c"],"label":18446744073709551617})", "label_malformed"},
      {R"({"ctx":"a","endings":["b","c"]})", "label_malformed"},
      {R"({"ctx":"","endings":["b","c"],"label":0})", "no_context"},
      {R"({"ctx":"a","endings":["b","0123456789"],"label":0})", "too_long"},
      {R"({"endings":["b","c"],"label":0})", "missing_text"},
      {R"({"ctx":1,"endings":["b","c"],"label":0})", "text_not_a_string"},
      {R"([1])", "not_an_object"},
  };
  for (const auto& [record, reason] : cases) {
    context_.tally = {};
    ChoiceTask task(&Records(record + "\n{" + good + "}\n"), Bytes);
    EXPECT_THAT(Ask(&task, 8, AllRight), ElementsAre("a| b", "a| c")) << record;
    EXPECT_THAT(records_->Finish(), ::testing::HasSubstr("(1 " + reason + ")")) << record;
  }
}

TEST(WikitextTaskTest, CountsWordsOfTheTextAsItStands) {
  // Five words before it is detokenized, with an empty one between two spaces.
  WikitextTask task("\n a ,  b . \n", "wiki", Detokenizer::kWikitext, Bytes, 3);
  const auto score = [](const ScoreRow& row) {
    return RowScore{-0.5 * row.num_scored, row.num_scored, 0};
  };
  EXPECT_THAT(Ask(&task, 4, score), ElementsAre("\n|a,  ", "  |b.\n"));
  EXPECT_EQ(task.Json()["words"], 5);
  EXPECT_EQ(task.Json()["tokens"], 8);
  EXPECT_EQ(task.Line(),
            " validation results on WIKITEXT103 | avg loss: 5.0000E-01 | ppl: 1.6487E+00 | "
            "adjusted ppl: 2.3989E+00 | token ratio: 1.75 |");
}

TEST(WikitextTaskTest, RefusesGapsEmptyTextsAndOtherBytes) {
  WikitextTask task("a b c", "wiki", Detokenizer::kNone, Bytes, 5);
  EXPECT_THROW(task.Start(4), Error);
  EXPECT_THROW(WikitextTask("word", "wiki", Detokenizer::kNone, Bytes, 1), Error);
  EXPECT_THROW(WikitextTask("", "wiki", Detokenizer::kNone, Bytes, 1), Error);
  EXPECT_THROW(WikitextTask("a \xFF b", "wiki", Detokenizer::kNone, Bytes, 1), Error);
}

}  // namespace
}  // namespace owt::trainer
