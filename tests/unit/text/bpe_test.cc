#include "stages/text/bpe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "tests/reference/gpt2_encoder.h"

namespace owt::text {
namespace {

using testing::ElementsAre;

class BpeTest : public testing::Test {
 protected:
  static const formats::Gpt2Vocab& vocab() {
    static const formats::Gpt2Vocab kVocab = formats::Gpt2Vocab::Embedded();
    return kVocab;
  }

  static const BpeModel& model() {
    static const BpeModel kModel(vocab());
    return kModel;
  }

  std::vector<uint32_t> Encode(std::string_view text) {
    std::vector<uint32_t> ids;
    encoder_.Encode(text, &ids);
    return ids;
  }

  std::string Decode(const std::vector<uint32_t>& ids) {
    std::string text;
    vocab().Decode(ids, &text);
    return text;
  }

  BpeEncoder encoder_{model()};
};

// Published ids of GPT-2's encoder.
TEST_F(BpeTest, KnownIds) {
  EXPECT_THAT(Encode("Hello world"), ElementsAre(15496, 995));
  EXPECT_THAT(Encode("hello world"), ElementsAre(31373, 995));
  EXPECT_THAT(Encode("   "), ElementsAre(220, 220, 220));
  EXPECT_THAT(Encode("\n\n\n"), ElementsAre(628, 198));
  EXPECT_THAT(Encode("<|endoftext|>"), ElementsAre(27, 91, 437, 1659, 5239, 91, 29));
  EXPECT_THAT(Encode(" <|endoftext|>"), ElementsAre(1279, 91, 437, 1659, 5239, 91, 29));
  EXPECT_TRUE(Encode("").empty());
  EXPECT_EQ(model().end_of_text(), 50256u);
}

TEST_F(BpeTest, EveryByteAloneIsItsOwnId) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string text(1, static_cast<char>(byte));
    EXPECT_THAT(Encode(text), ElementsAre(vocab().byte_id(static_cast<uint8_t>(byte))));
  }
}

TEST_F(BpeTest, EveryTokenEncodesAsTheReferenceDoes) {
  const reference::Gpt2Encoder slow(vocab());
  std::vector<uint32_t> ids;
  for (uint32_t id = 0; id < vocab().end_of_text(); ++id) {
    const std::string_view token = vocab().token_bytes(id);
    ids.clear();
    model().EncodePiece(token, &ids);
    ASSERT_EQ(ids, slow.EncodePiece(token)) << id;
    ASSERT_THAT(ids, ElementsAre(id));  // GPT-2 has no token that its own merges cannot reach
  }
}

// Words, glued tokens and bytes; long ones take the heap, short ones the scan.
TEST_F(BpeTest, EqualsTheReferenceOnGeneratedText) {
  const reference::Gpt2Encoder slow(vocab());
  std::mt19937_64 random(3);
  for (int i = 0; i < 3000; ++i) {
    std::string text;
    const size_t parts = random() % 12;
    for (size_t part = 0; part < parts; ++part) {
      switch (random() % 4) {
        case 0:
          text += static_cast<char>(random());
          break;
        case 1:
          text.append(random() % 50, static_cast<char>('a' + random() % 3));
          break;
        default:
          text += vocab().token_bytes(static_cast<uint32_t>(random() % vocab().end_of_text()));
      }
    }
    const std::vector<uint32_t> ids = Encode(text);
    ASSERT_EQ(ids, slow.Encode(text)) << testing::PrintToString(text);
    ASSERT_EQ(Decode(ids), text);
    ASSERT_EQ(encoder_.CountTokens(text), ids.size());
  }
}

// Both ways to merge give the same ids around the length where one takes over.
TEST_F(BpeTest, ShortAndLongPiecesAgree) {
  const reference::Gpt2Encoder slow(vocab());
  std::mt19937_64 random(4);
  for (size_t length = 1; length < 80; ++length) {
    for (int i = 0; i < 20; ++i) {
      std::string piece;
      while (piece.size() < length) piece += "abeinrst"[random() % 8];
      std::vector<uint32_t> ids;
      model().EncodePiece(piece, &ids);
      ASSERT_EQ(ids, slow.EncodePiece(piece)) << piece;
    }
  }
}

// Long pieces in windows as small as can be: borders fall everywhere.
TEST_F(BpeTest, WindowsDoNotChangeIds) {
  const reference::Gpt2Encoder slow(vocab());
  const BpeModel tiny(vocab(), 33);
  const BpeModel small(vocab(), 100);
  std::mt19937_64 random(8);
  const std::vector<std::string> alphabets = {
      "a", "ab", "aeinorst", "ACGT", "-=", "0123456789abcdef", "\xE4\xB8\xAD"};
  for (int i = 0; i < 1000; ++i) {
    std::string piece;
    const std::string& alphabet = alphabets[random() % alphabets.size()];
    const size_t length = 34 + random() % 400;
    while (piece.size() < length) {
      const uint64_t kind = random() % 8;
      if (kind == 0) {
        piece += vocab().token_bytes(static_cast<uint32_t>(random() % vocab().end_of_text()));
      } else if (kind == 1) {
        piece.append(random() % 40, alphabet[random() % alphabet.size()]);
      } else {
        piece += alphabet[random() % alphabet.size()];
      }
    }
    const std::vector<uint32_t> wanted = slow.EncodePiece(piece);
    for (const BpeModel* windowed : {&tiny, &small}) {
      std::vector<uint32_t> ids = {1};  // what is there already stays
      windowed->EncodePiece(piece, &ids);
      ASSERT_EQ(std::vector<uint32_t>(ids.begin() + 1, ids.end()), wanted)
          << testing::PrintToString(piece);
    }
  }
}

// The cache must not show: what was seen before does not change the ids.
TEST_F(BpeTest, TheCacheDoesNotChangeIds) {
  std::mt19937_64 random(5);
  std::vector<std::string> words;
  for (int i = 0; i < 300000; ++i) {
    std::string word;
    for (size_t n = 1 + random() % 16; n > 0; --n)
      word += "abcdefghijklmnopqrstuvwxyz"[random() % 26];
    words.push_back(std::move(word));
  }
  std::vector<uint32_t> without_cache;
  for (int round = 0; round < 2; ++round) {
    for (const std::string& word : words) {
      without_cache.clear();
      model().EncodePiece(word, &without_cache);
      ASSERT_EQ(Encode(word), without_cache) << word;
    }
  }
}

// Quadratic merging would take hours here.
TEST_F(BpeTest, AMegabyteOfOneLetterIsFast) {
  for (const char* unit : {"a", "^", " ", "\xE4\xB8\xAD", "ab"}) {
    std::string text;
    while (text.size() < 1 << 20) text += unit;
    EXPECT_EQ(Decode(Encode(text)), text);
  }
}

}  // namespace
}  // namespace owt::text
