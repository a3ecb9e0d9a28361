#include "trainer/serve/api_request.h"

#include <gtest/gtest.h>

#include <string>
#include <variant>

namespace owt::trainer {
namespace {

std::string Message(const std::string& body) {
  const auto parsed = ParseApiRequest(body);
  const auto* message = std::get_if<std::string>(&parsed);
  return message != nullptr ? *message : "";
}

// `fields` beside one prompt.
std::string MessageWith(const std::string& fields) {
  return Message(R"({"prompts": ["Hello"], )" + fields + "}");
}

std::string Prompts(size_t count) {
  std::string body = R"({"prompts": ["a")";
  for (size_t i = 1; i < count; ++i) body += R"(, "a")";
  return body + "]}";
}

TEST(ApiRequestTest, DefaultsAreTheReferences) {
  const auto parsed = ParseApiRequest(R"({"prompts": ["Hello"], "unknown": 1})");
  const ApiRequest& request = std::get<ApiRequest>(parsed);
  EXPECT_EQ(request.prompts, std::vector<std::string>{"Hello"});
  EXPECT_EQ(request.tokens_to_generate, 64);
  EXPECT_FALSE(request.logprobs);
  EXPECT_EQ(request.temperature, 1.0);
  EXPECT_EQ(request.top_k, 0);
  EXPECT_EQ(request.top_p, 0.0);
  EXPECT_FALSE(request.random_seed.has_value());
  EXPECT_EQ(request.beam_width, 0);
  EXPECT_FALSE(request.stop_token.has_value());
  EXPECT_EQ(request.length_penalty, 1.0);
}

TEST(ApiRequestTest, TakesEveryField) {
  const auto parsed = ParseApiRequest(R"({"prompts": [""], "tokens_to_generate": 0,
      "logprobs": true, "temperature": 100, "top_p": 0.5, "top_p_decay": 0.9, "top_p_bound": 0.5,
      "add_BOS": true, "stop_on_double_eol": true, "stop_on_eol": true, "no_log": true,
      "prevent_newline_after_colon": true, "random_seed": 18446744073709551615, "beam_width": 3,
      "stop_token": -1, "length_penalty": 0.25})");
  const ApiRequest& request = std::get<ApiRequest>(parsed);
  EXPECT_EQ(request.tokens_to_generate, 0);
  EXPECT_EQ(request.temperature, 100.0);
  EXPECT_EQ(request.top_p, 0.5);
  EXPECT_EQ(request.top_p_decay, 0.9);
  EXPECT_EQ(request.top_p_bound, 0.5);
  EXPECT_TRUE(request.logprobs && request.add_bos && request.stop_on_double_eol &&
              request.stop_on_eol && request.no_log && request.prevent_newline_after_colon);
  EXPECT_EQ(request.random_seed, UINT64_MAX);
  EXPECT_EQ(request.beam_width, 3);
  EXPECT_EQ(request.stop_token, -1);
  EXPECT_EQ(request.length_penalty, 0.25);
}

TEST(ApiRequestTest, BodiesThatAreNoRequests) {
  for (const char* body :
       {"", "{", "nul", "{\"prompts\": [\"\xFF\"]}", R"({"prompts": ["\ud800"]})",
        R"({"prompts": ["a"]} x)", R"({"prompts": ["a"], "top_p": NaN})"}) {
    EXPECT_EQ(Message(body), "the body is not valid JSON in UTF-8") << body;
  }
  for (const char* body : {"[]", "1", "null", R"("prompts")"}) {
    EXPECT_EQ(Message(body), "the body must be a JSON object") << body;
  }
  EXPECT_EQ(Message(std::string(1 << 20, '[')), "the body is not valid JSON in UTF-8");
}

TEST(ApiRequestTest, Prompts) {
  EXPECT_EQ(Message("{}"), "prompts argument required");
  EXPECT_EQ(Message(R"({"max_len": 1})"), "prompts argument required");
  EXPECT_EQ(MessageWith(R"("max_len": 1)"),
            "max_len is no longer used.  Replace with tokens_to_generate");
  EXPECT_EQ(MessageWith(R"("sentences": [])"),
            "sentences is no longer used.  Replace with prompts");
  for (const char* prompts :
       {"\"Hello\"", "null", "{}", "1", "[1]", "[\"a\", null]", "[[\"a\"]]"}) {
    EXPECT_EQ(Message(std::string(R"({"prompts": )") + prompts + "}"),
              "prompts is not a list of strings");
  }
  EXPECT_EQ(Message(R"({"prompts": []})"), "prompts is empty");
  EXPECT_EQ(Message(Prompts(128)), "");
  EXPECT_EQ(Message(Prompts(129)), "Maximum number of prompts is 128");
  EXPECT_EQ(Message(R"({"prompts": ["a", ""]})"), "Empty prompts require add_BOS=true");
  EXPECT_EQ(Message(R"({"prompts": ["a", ""], "add_BOS": false})"),
            "Empty prompts require add_BOS=true");
}

struct Rule {
  const char* fields;
  const char* message;
};

TEST(ApiRequestTest, RulesOfEachField) {
  const char* const kTokens = "tokens_to_generate must be an integer greater than 0";
  const char* const kTemperature =
      "temperature must be a positive number less than or equal to 100.0";
  const char* const kTopKType =
      "top_k must be an integer equal to or greater than 0 and less than or equal to 1000";
  const char* const kTopK =
      "top_k must be equal to or greater than 0 and less than or equal to 1000";
  const char* const kTopPType = "top_p must be a positive float less than or equal to 1.0";
  const Rule rules[] = {
      {R"("tokens_to_generate": "5")", kTokens},
      {R"("tokens_to_generate": 5.0)", kTokens},
      {R"("tokens_to_generate": true)", kTokens},
      {R"("tokens_to_generate": null)", kTokens},
      {R"("tokens_to_generate": -1)",
       "tokens_to_generate must be an integer greater than or equal to 0"},
      {R"("tokens_to_generate": 0)", "tokens_to_generate=0 implies logprobs should be True"},
      {R"("tokens_to_generate": 0, "logprobs": true)", ""},
      {R"("tokens_to_generate": 18446744073709551615)", ""},
      {R"("logprobs": 1)", "logprobs must be a boolean value"},
      {R"("temperature": 0)", kTemperature},
      {R"("temperature": -1)", kTemperature},
      {R"("temperature": 100.5)", kTemperature},
      {R"("temperature": "1")", kTemperature},
      {R"("temperature": true)", kTemperature},
      {R"("temperature": 1e-300)", ""},
      {R"("top_k": 1.0)", kTopKType},
      {R"("top_k": -1)", kTopK},
      {R"("top_k": 1001)", kTopK},
      {R"("top_k": 1000)", ""},
      {R"("top_p": 1)", kTopPType},
      {R"("top_p": "0.5")", kTopPType},
      {R"("top_p": 0.5, "top_k": 1)", "cannot set both top-k and top-p samplings."},
      {R"("top_p": 0.0, "top_k": 1)", ""},
      {R"("top_p": 1.5)", "top_p must be less than or equal to 1.0"},
      {R"("top_p": -0.5)", "top_p must be less than or equal to 1.0"},
      {R"("top_p_decay": 1, "top_p": 0.5)",
       "top_p_decay must be a positive float less than or equal to 1.0"},
      {R"("top_p_decay": 0.5)", "top_p_decay cannot be set without top_p"},
      {R"("top_p_decay": 1.5, "top_p": 0.5)", "top_p_decay must be less than or equal to 1.0"},
      {R"("top_p_bound": 1, "top_p": 0.5)",
       "top_p_bound must be a positive float less than or equal to top_p"},
      {R"("top_p_bound": 0.5)", "top_p_bound cannot be set without top_p"},
      {R"("top_p_bound": 0.6, "top_p": 0.5)",
       "top_p_bound must be greater than 0 and less than top_p"},
      {R"("top_p_bound": 0.0, "top_p": 0.5)",
       "top_p_bound must be greater than 0 and less than top_p"},
      {R"("add_BOS": 1)", "add_BOS must be a boolean value"},
      {R"("stop_on_double_eol": "yes")", "stop_on_double_eol must be a boolean value"},
      {R"("stop_on_eol": null)", "stop_on_eol must be a boolean value"},
      {R"("prevent_newline_after_colon": 0)",
       "prevent_newline_after_colon must be a boolean value"},
      {R"("random_seed": 1.5)", "random_seed must be integer"},
      {R"("random_seed": -1)", "random_seed must be a positive integer"},
      {R"("random_seed": 0)", ""},
      {R"("no_log": [])", "no_log must be a boolean value"},
      {R"("beam_width": "2")", "beam_width must be integer"},
      {R"("beam_width": null)", "beam_width must be integer"},
      {R"("beam_width": 0)", "beam_width must be an integer > 1"},
      {R"("beam_width": 1)", ""},
      {R"("stop_token": 1.0)", "stop_token must be an integer"},
      {R"("length_penalty": 1)", "length_penalty must be a float"},
  };
  for (const Rule& rule : rules) EXPECT_EQ(MessageWith(rule.fields), rule.message) << rule.fields;
  EXPECT_EQ(Message(R"({"prompts": ["a", "b"], "beam_width": 2})"),
            "When doing beam_search, batch size must be 1");
}

// Each of these breaks all rules from its own on.
TEST(ApiRequestTest, TheFirstBrokenRuleIsNamed) {
  const std::string fields[] = {R"("tokens_to_generate": "")",
                                R"("logprobs": 0)",
                                R"("temperature": 0)",
                                R"("top_k": -1)",
                                R"("top_p": 2.0)",
                                R"("top_p_decay": 2.0)",
                                R"("top_p_bound": 2.0)",
                                R"("add_BOS": 0)",
                                R"("stop_on_double_eol": 0)",
                                R"("stop_on_eol": 0)",
                                R"("prevent_newline_after_colon": 0)",
                                R"("random_seed": "")",
                                R"("no_log": 0)",
                                R"("beam_width": "")",
                                R"("stop_token": "")",
                                R"("length_penalty": "")"};
  std::string later;
  for (size_t i = std::size(fields); i-- > 0;) {
    const std::string name = fields[i].substr(1, fields[i].find('"', 1) - 1);
    EXPECT_TRUE(MessageWith(fields[i] + later).starts_with(name)) << fields[i] + later;
    later = ", " + fields[i] + later;
  }
}

}  // namespace
}  // namespace owt::trainer
