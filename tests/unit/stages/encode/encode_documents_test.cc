#include "stages/encode/encode_documents.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

namespace owt::encode {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

template <class Integer>
std::vector<Integer> Unpack(const std::string& bytes) {
  std::vector<Integer> values(bytes.size() / sizeof(Integer));
  if (!values.empty()) std::memcpy(values.data(), bytes.data(), values.size() * sizeof(Integer));
  return values;
}

class EncodeDocumentsTest : public testing::Test {
 protected:
  void Run(const EncodeOptions& options, std::string_view jsonl) {
    static const formats::Gpt2Vocab kVocab = formats::Gpt2Vocab::Embedded();
    const EncodeDocuments transform(kVocab, options);
    Batch batch;
    batch.bytes.Append(jsonl);
    transform.Apply(batch, &result_);
    tokens_ = Unpack<uint16_t>(result_.bytes);
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
  Run({.replace_bad_utf8 = true}, kBad);
  EXPECT_EQ(result_.tally.num_quarantined(), 1u);
  EXPECT_THAT(lengths_, ElementsAre(3, 3, 3));
  EXPECT_THAT(tokens_, ElementsAre(64, 4210, 0, 64, 4210, 0, 4210, 47249, 222));
}

}  // namespace
}  // namespace owt::encode
