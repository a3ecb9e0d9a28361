#include "stages/encode/encode_documents.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "stages/encode/provenance_block.h"

namespace owt::encode {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

template <class Integer>
std::vector<Integer> Unpack(std::string_view bytes) {
  std::vector<Integer> values(bytes.size() / sizeof(Integer));
  if (!values.empty()) std::memcpy(values.data(), bytes.data(), values.size() * sizeof(Integer));
  return values;
}

class EncodeDocumentsTest : public ::testing::Test {
 protected:
  void Run(const EncodeOptions& options, std::string_view jsonl) {
    static const formats::Gpt2Vocab kVocab = formats::Gpt2Vocab::Embedded();
    const EncodeDocuments transform(kVocab, options);
    Batch batch;
    batch.bytes.Append(jsonl);
    transform.Apply(batch, &result_);
    tokens_ = Unpack<uint16_t>(result_.packed.view());
    lengths_ = Unpack<int32_t>(result_.aux);
    EXPECT_TRUE(result_.tally.balanced());
  }

  BatchResult result_;
  std::vector<uint16_t> tokens_;
  std::vector<int32_t> lengths_;
};

constexpr std::string_view kThree =
    "{\"text\": \"Hello world\"}\n{\"text\": \"\"}\n{\"text\": \"hello world\"}\n";

TEST_F(EncodeDocumentsTest, EmptyTextsAreDropped) {
  Run({}, kThree);
  EXPECT_THAT(tokens_, ElementsAre(15496, 995, 31373, 995));
  EXPECT_THAT(lengths_, ElementsAre(2, 2));
  EXPECT_EQ(result_.tally.in, 3u);
  EXPECT_EQ(result_.tally.dropped.at("empty_text"), 1u);
}

TEST_F(EncodeDocumentsTest, EodFollowsTextsThatAreNotEmpty) {
  Run({.append_eod = true, .keep_empty = true}, kThree);
  EXPECT_THAT(tokens_, ElementsAre(15496, 995, 50256, 31373, 995, 50256));
  EXPECT_THAT(lengths_, ElementsAre(3, 0, 3));
  EXPECT_EQ(result_.tally.out, 3u);
}

TEST_F(EncodeDocumentsTest, KeysStandOneBehindTheOther) {
  Run({.json_keys = {"title", "text"}},
      "{\"text\": \"hello world\", \"title\": \"Hello\"}\n{\"title\": \"\", \"text\": \"Hello\"}\n"
      "{\"title\": \"\", \"text\": \"\"}\n");
  EXPECT_THAT(tokens_, ElementsAre(15496, 31373, 995, 15496));
  EXPECT_THAT(lengths_, ElementsAre(1, 0, 2, 1));
  EXPECT_EQ(result_.tally.dropped.at("empty_text"), 1u);
}

TEST_F(EncodeDocumentsTest, RecordsWithoutAKeyAreBadAsAWhole) {
  Run({.json_keys = {"title", "text"}},
      "{\"title\": \"Hello\"}\n{\"title\": 5, \"text\": \"x\"}\nno json\n");
  EXPECT_THAT(tokens_, IsEmpty());
  EXPECT_THAT(lengths_, IsEmpty());
  EXPECT_EQ(result_.tally.num_quarantined(), 3u);
  EXPECT_EQ(result_.tally.quarantined.at("missing_text"), 1u);
}

constexpr std::string_view kSpecial =
    "{\"text\": \"Hello <|endoftext|>world<|endoftext|>\"}\n{\"text\": \"Hello world\"}\n";

TEST_F(EncodeDocumentsTest, EndOfTextInATextIsOrdinary) {
  Run({}, kSpecial);
  EXPECT_THAT(tokens_, ElementsAre(15496, 1279, 91, 437, 1659, 5239, 91, 29, 6894, 27, 91, 437,
                                   1659, 5239, 91, 29, 15496, 995));
  EXPECT_EQ(result_.tally.noted.at("special_text"), 2u);
}

// tiktoken's encode(..., allowed_special="all"): the space before it is a piece of its own.
TEST_F(EncodeDocumentsTest, EndOfTextInATextAsAToken) {
  Run({.append_eod = true, .special_text = SpecialText::kSpecial}, kSpecial);
  EXPECT_THAT(tokens_, ElementsAre(15496, 220, 50256, 6894, 50256, 50256, 15496, 995, 50256));
  EXPECT_THAT(lengths_, ElementsAre(6, 3));
  EXPECT_EQ(result_.tally.noted.at("special_text"), 2u);
}

TEST_F(EncodeDocumentsTest, EndOfTextInATextAsAnError) {
  Run({.special_text = SpecialText::kError}, kSpecial);
  EXPECT_THAT(tokens_, ElementsAre(15496, 995));
  EXPECT_EQ(result_.tally.quarantined.at("special_text"), 1u);
}

// One U+FFFD (id 4210) for each bad part, and for each half of a pair.
TEST_F(EncodeDocumentsTest, BadUtf8IsReplacedWhenAsked) {
  constexpr std::string_view kBad =
      "{\"text\": \"a\xE4\xB8!\"}\n{\"text\": \"a\\uD83D!\"}\n{\"text\": "
      "\"\\uDE00\\uD83D\\uDE00\"}\n"
      "{\"text\": \xFF}\n";
  Run({}, kBad);
  EXPECT_EQ(result_.tally.quarantined.at("invalid_utf8"), 2u);
  EXPECT_EQ(result_.tally.quarantined.at("lone_surrogate"), 2u);
  result_.Clear();
  Run({.bad_utf8 = BadUtf8::kReplace}, kBad);
  EXPECT_EQ(result_.tally.num_quarantined(), 1u);
  EXPECT_THAT(lengths_, ElementsAre(3, 3, 3));
  EXPECT_THAT(tokens_, ElementsAre(64, 4210, 0, 64, 4210, 0, 4210, 47249, 222));
}

TEST_F(EncodeDocumentsTest, BadUtf8StaysAsItIsWhenAsked) {
  const std::vector<std::string> texts = {"a\xFF\xE4\xB8!", "\xED\xA0\x80 \xC2",
                                          "\u00e9\xF0\x9F\n"};
  std::string jsonl = "{\"text\": \"half a pair \\uD83D \xFF\"}\n{\"text\": \xFF}\n";
  for (std::string text : texts) {
    if (text.back() == '\n') text = text.substr(0, text.size() - 1) + "\\n";
    jsonl += "{\"t\xFFxt\": \"\xFF\", \"text\": \"" + text + "\", \"title\": \"" + text + "\"}\n";
  }
  for (const std::vector<std::string>& keys :
       {std::vector<std::string>{"text"}, {"title", "text"}}) {
    result_.Clear();
    Run({.json_keys = keys, .bad_utf8 = BadUtf8::kBytes}, jsonl);
    EXPECT_EQ(result_.tally.num_quarantined(), 2u);
    EXPECT_EQ(result_.tally.out, 3u);
    std::string decoded, expected;
    formats::Gpt2Vocab::Embedded().Decode(std::vector<uint32_t>(tokens_.begin(), tokens_.end()),
                                          &decoded);
    for (size_t k = 0; k < keys.size(); ++k) {
      for (const std::string& text : texts) expected += text;
    }
    EXPECT_EQ(decoded, expected);
  }
}

TEST_F(EncodeDocumentsTest, SentencesAreSequences) {
  Run({.append_eod = true, .keep_empty = true, .split_sentences = true},
      "{\"text\": \"Hello world. Hello world. Hello\"}\n{\"text\": \"\"}\n{\"text\": \"Hello\"}\n");
  EXPECT_THAT(tokens_,
              ElementsAre(15496, 995, 13, 220, 15496, 995, 13, 220, 15496, 50256, 15496, 50256));
  EXPECT_THAT(lengths_, ElementsAre(~4, ~4, 2, 0, 2));
}

TEST_F(EncodeDocumentsTest, TextsAsPaddleCleansThem) {
  Run({.split_sentences = true, .compat = Compat::kPaddle},
      "{\"text\": \" Hello world. \\n  \"}\n{\"text\": \" \\u3000\"}\n{\"text\": \"Hello!  "
      "Hello\"}\n");
  EXPECT_THAT(tokens_, ElementsAre(15496, 995, 13, 15496, 0, 15496));
  EXPECT_THAT(lengths_, ElementsAre(3, ~2, 1));
  EXPECT_EQ(result_.tally.dropped.at("empty_text"), 1u);
}

TEST_F(EncodeDocumentsTest, ProvenanceIsOfTheDocumentsThatGoOut) {
  Run({.bad_utf8 = BadUtf8::kBytes, .provenance = true},
      "{\"text\": \"Hello\", \"url\": \"http://a\"}\n{\"text\": \"\"}\n[]\n{\"text\": \"Hello\"}\n"
      "{\"url\": \"\xFF\\n\", \"text\": \"\xFF\"}\n");
  std::string_view aux = result_.aux;
  const ProvenanceView provenance = ProvenanceView::TakeFrom(&aux);
  EXPECT_EQ(aux.size(), 3 * sizeof(int32_t));
  std::vector<std::string> found;
  provenance.ForEach([&](uint64_t offset, std::string_view url) {
    found.push_back(std::to_string(offset) + " " + std::string(url));
  });
  EXPECT_THAT(found, ElementsAre("0 http://a", "53 ", "71 \xFF\n"));
}

// uint16 ends elsewhere in PaddleNLP.
TEST(TokenTypeOf, GoesByTheToolsRules) {
  using formats::TokenType;
  for (const Compat megatron : {Compat::kNone, Compat::kMegatron2023, Compat::kMegatronCore}) {
    EXPECT_EQ(TokenTypeOf(megatron, 65499), TokenType::kUint16);
    EXPECT_EQ(TokenTypeOf(megatron, 65500), TokenType::kInt32);
  }
  EXPECT_EQ(TokenTypeOf(Compat::kPaddle, 65534), TokenType::kUint16);
  EXPECT_EQ(TokenTypeOf(Compat::kPaddle, 65535), TokenType::kInt32);
}

}  // namespace
}  // namespace owt::encode
