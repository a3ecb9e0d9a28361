#include "trainer/serve/api_answer.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "pipeline/json.h"
#include "tests/unit/trainer/fake_text_model.h"

namespace owt::trainer {
namespace {

using nlohmann::json;
using tests::FakeTextModel;

const formats::Gpt2Vocab& Gpt2() {
  static const formats::Gpt2Vocab vocab = formats::Gpt2Vocab::Embedded();
  return vocab;
}

// A token per byte.
TextCodec BytesCodec() {
  return {[](std::string_view text) {
            std::vector<uint32_t> ids;
            for (const char c : text) ids.push_back(Gpt2().byte_id(static_cast<uint8_t>(c)));
            return ids;
          },
          Gpt2()};
}

// Writes `text` behind any prompt of one token, then ends.
FakeTextModel Writes(std::vector<uint32_t> text, int64_t positions = 100) {
  return {50304, positions, 4, [text = std::move(text)](const std::vector<uint32_t>& ids) {
            std::vector<float> logits(50304);
            const size_t written = ids.size() - 1;
            logits[written < text.size() ? text[written] : Gpt2().end_of_text()] = 50;
            return logits;
          }};
}

uint32_t Byte(char c) { return Gpt2().byte_id(static_cast<uint8_t>(c)); }

ApiAnswer Answer(TextModel& model, const std::string& fields, int64_t max_tokens = 12000) {
  const auto request = ParseApiRequest("{" + fields + "}");
  return AnswerApiRequest(model, BytesCodec(), std::get<ApiRequest>(request), max_tokens, 1,
                          [] { return false; });
}

TEST(ApiAnswerTest, TextSegmentsAndLogprobs) {
  FakeTextModel model = Writes({Byte('b'), Byte('\xC3'), Byte('\xA9'), Byte('\xFF')});
  const ApiAnswer answer = Answer(model, R"("prompts": ["a"], "logprobs": true)");
  EXPECT_EQ(answer.code, 200);
  EXPECT_EQ(answer.prompt_tokens, 1);
  EXPECT_EQ(answer.new_tokens, 5);
  const json body = ParseJson(answer.body);
  EXPECT_EQ(body.size(), 3U);
  EXPECT_EQ(body["text"], json::array({"abé\uFFFD<|endoftext|>"}));
  EXPECT_EQ(body["segments"][0],
            json::array({"a", "b", "\uFFFD", "\uFFFD", "\uFFFD", "<|endoftext|>"}));
  ASSERT_EQ(body["logprobs"][0].size(), 5U);
  EXPECT_NEAR(body["logprobs"][0][0].get<double>(), 0, 1e-6);
  EXPECT_TRUE(ParseJson(Answer(model, R"("prompts": ["a"])").body)["logprobs"].is_null());
}

TEST(ApiAnswerTest, ScoresAPromptWithoutGoingOn) {
  FakeTextModel model = tests::HashedModel(50304, 100, 4);
  const ApiAnswer answer =
      Answer(model, R"("prompts": ["ab"], "logprobs": true, "tokens_to_generate": 0)");
  const json body = ParseJson(answer.body);
  EXPECT_EQ(body["text"][0], "ab");
  ASSERT_EQ(body["logprobs"][0].size(), 1U);
  const auto logits = FakeTextModel::Hashed({Byte('a')}, 50304);
  EXPECT_FLOAT_EQ(body["logprobs"][0][0].get<float>(), LogProb(logits, Byte('b')));
  EXPECT_EQ(answer.new_tokens, 0);
}

TEST(ApiAnswerTest, WhatEndsAText) {
  const auto text = [](TextModel& model, const std::string& fields) {
    return ParseJson(Answer(model, R"("prompts": ["a"], )" + fields).body)["text"][0]
        .get<std::string>();
  };
  FakeTextModel lines =
      Writes({Byte('b'), Byte('\n'), Byte('c'), Byte('\n'), Byte('\n'), Byte('d')});
  EXPECT_EQ(text(lines, R"("no_log": false)"), "ab\nc\n\nd<|endoftext|>");
  EXPECT_EQ(text(lines, R"("stop_on_eol": true)"), "ab\n");
  EXPECT_EQ(text(lines, R"("stop_on_double_eol": true)"), "ab\nc\n\n");
  EXPECT_EQ(text(lines, R"("stop_token": )" + std::to_string(Byte('c'))), "ab\nc");
  EXPECT_EQ(text(lines, R"("stop_token": 99999, "tokens_to_generate": 7)"),
            "ab\nc\n\nd<|endoftext|>");
  FakeTextModel double_line = Writes({Byte('b'), 628, Byte('d')});
  EXPECT_EQ(text(double_line, R"("stop_on_eol": true)"), "ab\n\n");
  EXPECT_EQ(text(double_line, R"("stop_on_double_eol": true)"), "ab\n\n");
  FakeTextModel colon = Writes({Byte(':'), Byte('\n')});
  EXPECT_EQ(text(colon, R"("tokens_to_generate": 2)"), "a:\n");
  EXPECT_NE(text(colon, R"("tokens_to_generate": 2, "prevent_newline_after_colon": true)"), "a:\n");
}

TEST(ApiAnswerTest, AddsTheBeginning) {
  FakeTextModel model = Writes({Byte('b')});
  const json body = ParseJson(Answer(model, R"("prompts": [""], "add_BOS": true)").body);
  EXPECT_EQ(body["text"][0], "<|endoftext|>b<|endoftext|>");
}

TEST(ApiAnswerTest, Limits) {
  FakeTextModel model = Writes({}, /*positions=*/20);
  const auto message = [&](const std::string& fields, int64_t max_tokens) {
    const ApiAnswer answer = Answer(model, fields, max_tokens);
    EXPECT_EQ(answer.code, answer.body.starts_with('"') ? 400 : 200);
    return answer.code == 200 ? std::string() : ParseJson(answer.body).get<std::string>();
  };
  const std::string long_message = "Length of prompt + tokens_to_generate longer than allowed";
  EXPECT_EQ(message(R"("prompts": ["ab"], "tokens_to_generate": 18)", 1000), "");
  EXPECT_EQ(message(R"("prompts": ["ab"], "tokens_to_generate": 19)", 1000), long_message);
  EXPECT_EQ(message(R"("prompts": ["ab"], "tokens_to_generate": 9223372036854775807)", 1000),
            long_message);
  EXPECT_EQ(message("\"prompts\": [\"" + std::string(21, 'a') + "\"]", 1000), long_message);
  EXPECT_EQ(message(R"("prompts": ["abc", "a"], "tokens_to_generate": 7)", 20), "");
  EXPECT_EQ(message(R"("prompts": ["abc", "a"], "tokens_to_generate": 8)", 20),
            "Too many tokens.  22 is greater than 20");
  EXPECT_EQ(
      message(R"("prompts": ["a"], "tokens_to_generate": 9, "beam_width": 9223372036854775807)",
              20),
      "Too many tokens.  92233720368547758070 is greater than 20");
  EXPECT_EQ(
      message(R"("prompts": ["a"], "tokens_to_generate": 0, "logprobs": true, "beam_width": 1)",
              20),
      "context length + tokens_to_generate too large");
}

TEST(ApiAnswerTest, BeamsHaveScores) {
  FakeTextModel model = tests::HashedModel(50304, 100, 4);
  const json body = ParseJson(
      Answer(model, R"("prompts": ["a"], "beam_width": 3, "tokens_to_generate": 4)").body);
  EXPECT_EQ(body.size(), 3U);
  EXPECT_EQ(body["text"].size(), 3U);
  EXPECT_EQ(body["segments"][0].size(), 5U);
  EXPECT_GE(body["scores"][0].get<double>(), body["scores"][2].get<double>());
}

TEST(ApiAnswerTest, APromptHasTheAnswerThatItHasAlone) {
  FakeTextModel model = tests::HashedModel(50304, 100, 3);
  const char* rest = R"(, "random_seed": 7, "tokens_to_generate": 10, "logprobs": true)";
  const json all =
      ParseJson(Answer(model, std::string(R"("prompts": ["a", "longer", "xy", "z"])") + rest).body);
  const json alone = ParseJson(Answer(model, std::string(R"("prompts": ["a"])") + rest).body);
  EXPECT_EQ(all["text"][0], alone["text"][0]);
  EXPECT_EQ(all["logprobs"][0], alone["logprobs"][0]);
}

}  // namespace
}  // namespace owt::trainer
