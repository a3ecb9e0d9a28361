#include "formats/gpt2_vocab.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "pipeline/error.h"

namespace owt::formats {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

std::string Decoded(const Gpt2Vocab& vocab, const std::vector<uint32_t>& ids) {
  std::string text;
  EXPECT_EQ(vocab.Decode(ids, &text), ids.size());
  return text;
}

TEST(Gpt2VocabTest, EmbeddedCopyIsIntact) { EXPECT_NO_THROW(CheckEmbeddedGpt2Vocab()); }

// Ids from OpenAI's encoder.json; all of them are compared by tests/conformance/gpt2_vocab.py.
TEST(Gpt2VocabTest, KnowsPublishedIds) {
  const Gpt2Vocab vocab = Gpt2Vocab::Embedded();
  EXPECT_EQ(vocab.size(), 50257u);
  EXPECT_EQ(vocab.end_of_text(), 50256u);
  EXPECT_EQ(vocab.token_bytes(0), "!");
  EXPECT_EQ(vocab.token_bytes(198), "\n");
  EXPECT_EQ(vocab.token_bytes(220), " ");
  EXPECT_EQ(vocab.token_bytes(256), " t");
  EXPECT_EQ(vocab.token_bytes(50255), " gazed");
  EXPECT_EQ(vocab.token_bytes(50256), "<|endoftext|>");
  EXPECT_EQ(Decoded(vocab, {15496, 11, 995, 0}), "Hello, world!");
}

TEST(Gpt2VocabTest, EveryByteHasATokenOfItsOwn) {
  const Gpt2Vocab vocab = Gpt2Vocab::Embedded();
  std::set<uint32_t> ids;
  for (int byte = 0; byte < 256; ++byte) {
    const uint32_t id = vocab.byte_id(static_cast<uint8_t>(byte));
    ASSERT_LT(id, 256u);
    ids.insert(id);
    EXPECT_EQ(vocab.token_bytes(id), std::string(1, static_cast<char>(byte)));
  }
  EXPECT_EQ(ids.size(), 256u);
}

TEST(Gpt2VocabTest, EveryMergeJoinsItsParts) {
  const Gpt2Vocab vocab = Gpt2Vocab::Embedded();
  ASSERT_EQ(vocab.merges().size(), 50000u);
  std::set<std::string_view> tokens;
  for (uint32_t rank = 0; rank < vocab.merges().size(); ++rank) {
    const auto [left, right] = vocab.merges()[rank];
    ASSERT_LT(left, 256 + rank);
    ASSERT_LT(right, 256 + rank);
    const std::string joined =
        std::string(vocab.token_bytes(left)) + std::string(vocab.token_bytes(right));
    ASSERT_EQ(vocab.token_bytes(256 + rank), joined);
    ASSERT_TRUE(tokens.insert(vocab.token_bytes(256 + rank)).second);
  }
}

TEST(Gpt2VocabTest, DecodeStopsAtAnIdOutsideTheVocabulary) {
  const Gpt2Vocab vocab = Gpt2Vocab::Embedded();
  std::string text;
  const std::vector<uint32_t> ids = {0, 1, 50257, 2};
  EXPECT_EQ(vocab.Decode(ids, &text), 2u);
  EXPECT_EQ(text, "!\"");
}

TEST(Gpt2VocabTest, ReadsASmallVocabularyWithAndWithoutVersionLine) {
  for (const std::string_view merges :
       {"#version: 0.2\na b\nab c\n", "a b\nab c\n", "a b\r\nab c\r\n", "a b\nab c"}) {
    const Gpt2Vocab vocab(merges);
    EXPECT_EQ(vocab.size(), 259u);
    EXPECT_EQ(vocab.token_bytes(257), "abc");
    EXPECT_EQ(vocab.merges()[1].left, 256u);
  }
  EXPECT_EQ(Gpt2Vocab("").size(), 257u);
  EXPECT_EQ(Gpt2Vocab("# #\n").size(), 258u) << "a merge of # is no comment";
}

TEST(Gpt2VocabTest, BadMergesNameTheLine) {
  const auto expect_error = [](std::string_view merges, const std::string& problem) {
    EXPECT_THAT([&] { Gpt2Vocab(merges, "x.bpe"); }, ThrowsMessage<Error>(HasSubstr(problem)))
        << merges;
  };
  expect_error("a b\nab\n", "x.bpe: BPE merges: line 2 is not two tokens");
  expect_error("a b\n\nab c\n", "line 2 is not two tokens");
  expect_error("a  b\n", "line 1 is not two tokens");
  expect_error("a b c\n", "line 1 is not two tokens");
  expect_error("a \xff\n", "line 1 is not two tokens");
  expect_error("a \xc4\n", "line 1 is not two tokens");
  expect_error("a \u4e00\n", "line 1 is not two tokens");
  expect_error("a \u0144\n", "line 1 is not two tokens");  // one behind the table
  expect_error("a bc\n", "line 1 names a token that no line before it makes");
  expect_error("a b\na b\n", "line 2 makes a token that exists already");
}

}  // namespace
}  // namespace owt::formats
