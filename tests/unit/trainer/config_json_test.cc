#include "trainer/checkpoint/config_json.h"

#include <gtest/gtest.h>

#include "pipeline/error.h"

namespace owt::trainer {
namespace {

std::string Refusal(std::string_view json) {
  try {
    ReadConfigJson(json, "config.json");
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kInput);
    return error.message();
  }
  return "";
}

TEST(ConfigJsonTest, HeadsComeBack) {
  EXPECT_EQ(ReadConfigJson(MakeConfigJson({2, 96, 3, 16, 100, 0.1}), "").heads, 3);
  EXPECT_EQ(
      ReadConfigJson(R"({"n_head": 12, "activation_function": "gelu_pytorch_tanh", "x": [1]})", "")
          .heads,
      12);
}

TEST(ConfigJsonTest, TheExactGeluComesBack) {
  for (const bool exact : {false, true}) {
    const ModelConfig config = {2, 96, 3, 16, 100, 0.1, exact};
    EXPECT_EQ(ReadConfigJson(MakeConfigJson(config), "").exact_gelu, exact);
  }
}

TEST(ConfigJsonTest, OtherModelsAreRefused) {
  const std::string rest = ", which owt's GPT-2 does not compute";
  EXPECT_EQ(Refusal(R"({"n_head": 2, "model_type": "llama"})"), "model_type is \"llama\"" + rest);
  EXPECT_EQ(Refusal(R"({"n_head": 2, "activation_function": "relu"})"),
            "activation_function is \"relu\"" + rest);
  EXPECT_EQ(Refusal(R"({"n_head": 2, "layer_norm_epsilon": 1e-06})"),
            "layer_norm_epsilon is 1e-06" + rest);
  EXPECT_EQ(Refusal(R"({"n_head": 2, "scale_attn_by_inverse_layer_idx": true})"),
            "scale_attn_by_inverse_layer_idx is true" + rest);
  EXPECT_EQ(Refusal(R"({"n_head": 2, "tie_word_embeddings": false})"),
            "tie_word_embeddings is false" + rest);
  EXPECT_EQ(Refusal(R"({"n_head": 2, "model_type": )" + std::string(500000, '[') +
                    std::string(500000, ']') + "}"),
            "model_type is nested" + rest);
}

TEST(ConfigJsonTest, DamagedFilesAreRefused) {
  for (const char* json : {"{}", R"({"n_head": "2"})", R"({"n_head": 2.5})"}) {
    EXPECT_EQ(Refusal(json), "it has no whole number \"n_head\"") << json;
  }
  for (const char* json : {"", "[]", "{", "\xff", R"({"n_head": 2)"}) {
    EXPECT_EQ(Refusal(json), "it is no JSON object") << json;
  }
}

}  // namespace
}  // namespace owt::trainer
