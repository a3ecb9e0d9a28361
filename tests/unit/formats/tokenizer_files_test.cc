#include "formats/tokenizer_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "pipeline/error.h"
#include "pipeline/json.h"
#include "tests/support/scratch_folder.h"

namespace owt::formats {
namespace {

class TokenizerFilesTest : public ::testing::Test {
 protected:
  std::string File(const std::string& name, std::string_view content) const {
    tests::WriteAll(folder_.File(name), content);
    return folder_.File(name);
  }

  std::string Refusal(const std::string& name, std::string_view content) const {
    try {
      ReadTokenizer(File(name, content));
    } catch (const Error& error) {
      return error.kind() == ErrorKind::kInput ? error.message() : "";
    }
    return "";
  }

  tests::ScratchFolder folder_;
};

TEST_F(TokenizerFilesTest, Gpt2sFilesAsOpenAiAndTiktokenHaveThem) {
  const Gpt2Vocab vocab = Gpt2Vocab::Embedded();
  EXPECT_EQ(MergesText(vocab), EmbeddedGpt2Merges());
  const std::string tiktoken = TiktokenText(vocab);
  EXPECT_EQ(tiktoken.size(), 835554u);
  EXPECT_TRUE(tiktoken.starts_with("IQ== 0\nIg== 1\n"));
  const auto ids = ParseJson(VocabJson(vocab, {}));
  EXPECT_EQ(ids.size(), 50257u);
  EXPECT_EQ(ids.at("<|endoftext|>"), 50256);
  EXPECT_EQ(ids.at("\u0120the"), 262);
}

TEST_F(TokenizerFilesTest, EveryFormGivesTheVocabularyBack) {
  const Gpt2Vocab vocab = Gpt2Vocab::Embedded();
  const std::vector<std::string> further = {"<|a\"b|>", "<|é|>"};
  for (const auto& [name, content] :
       {std::pair{"merges.txt", MergesText(vocab)}, std::pair{"x.tiktoken", TiktokenText(vocab)},
        std::pair{"tokenizer.json", TokenizerJson(vocab, further)}}) {
    const Gpt2Vocab read = ReadTokenizer(File(name, content));
    EXPECT_TRUE(std::ranges::equal(read.merges(), vocab.merges())) << name;
  }
  EXPECT_EQ(ReadTokenizer("").size(), vocab.size());
}

TEST_F(TokenizerFilesTest, APairMustAgree) {
  const Gpt2Vocab vocab = Gpt2Vocab::Embedded();
  const std::string merges = File("merges.txt", MergesText(vocab));
  const std::vector<std::string> further = {"<|pad|>"};
  EXPECT_EQ(ReadTokenizerPair(File("v.json", VocabJson(vocab, further)), merges).size(), 50257u);
  const auto refusal = [&](const std::string& json, const std::string& merges_path) -> std::string {
    try {
      ReadTokenizerPair(File("v.json", json), merges_path);
    } catch (const Error& error) {
      return error.kind() == ErrorKind::kInput ? error.message() : "";
    }
    return "";
  };
  const std::string good = VocabJson(vocab, {});
  EXPECT_EQ(refusal(good, merges), "");
  const auto changed = [&](std::string_view from, std::string_view to) {
    std::string json = good;
    json.replace(json.find(from), from.size(), to);
    return json;
  };
  EXPECT_THAT(refusal(changed("\"Ġthe\":262", "\"Ġthe\":263"), merges),
              ::testing::HasSubstr("'Ġthe' has not the id 262"));
  EXPECT_THAT(refusal(changed("\"Ġthe\":262,", ""), merges), ::testing::HasSubstr("'Ġthe'"));
  EXPECT_THAT(refusal(changed(":50256", ":50300"), merges), ::testing::HasSubstr("<|endoftext|>"));
  EXPECT_THAT(refusal(changed("{", "{\"zzzq\":7,"), merges), ::testing::HasSubstr("50258 tokens"));
  EXPECT_THAT(refusal("[]", merges), ::testing::HasSubstr("'!'"));
  EXPECT_THAT(refusal("{", merges), ::testing::HasSubstr("no valid vocab.json"));
  const std::string fewer = MergesText(vocab).substr(0, 2000);
  EXPECT_THAT(refusal(good, File("few.txt", fewer.substr(0, fewer.rfind('\n') + 1))),
              ::testing::HasSubstr("<|endoftext|> has not the id"));
}

TEST_F(TokenizerFilesTest, WhatIsNoTokenizerOfThisKindIsRefusedWithTheReason) {
  const Gpt2Vocab vocab(std::vector<MergePair>{{64, 65}});
  const std::string good = TokenizerJson(vocab, {});
  EXPECT_EQ(Refusal("t.json", good), "");
  const auto changed = [&](std::string_view from, std::string_view to) {
    std::string text = good;
    text.replace(text.find(from), from.size(), to);
    return Refusal("t.json", text);
  };
  EXPECT_NE(changed("\"BPE\"", "\"Unigram\"").find("not BPE"), std::string::npos);
  EXPECT_NE(changed("\"normalizer\":null", "\"normalizer\":{}").find("normalizes"),
            std::string::npos);
  EXPECT_NE(changed("prefix_space\":false", "prefix_space\":true").find("prefix space"),
            std::string::npos);
  EXPECT_NE(changed("\"!\":0", "\"!\":7").find("'!' has not the id 0"), std::string::npos);
  EXPECT_NE(changed("\"id\":257", "\"id\":0").find("<|endoftext|> has not"), std::string::npos);
  EXPECT_NE(changed("[\"a\",\"b\"]", "[\"a\"]").find("no valid"), std::string::npos);
  EXPECT_NE(Refusal("t.json", "{\"model\":").find("no valid"), std::string::npos);
  EXPECT_NE(Refusal("t.tiktoken", "IQ== 0\nIg== 2\n").find("line 2"), std::string::npos);
  EXPECT_NE(Refusal("t.tiktoken", "IQ== 0\n").find("fewer than 256"), std::string::npos);
  const std::string ranks = TiktokenText(vocab);
  EXPECT_EQ(Refusal("t.tiktoken", ranks), "");
  EXPECT_NE(Refusal("t.tiktoken", ranks + "YWJj 257\nYWJjZGU= 258\n").find("rank 258"),
            std::string::npos);
  EXPECT_NE(Refusal("merges.txt", "a b c\n").find("line 1"), std::string::npos);
}

}  // namespace
}  // namespace owt::formats
