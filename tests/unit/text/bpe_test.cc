#include "stages/text/bpe_encoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "pipeline/utf8.h"
#include "tests/reference/gpt2_encoder.h"
#include "tests/support/guarded_memory.h"

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

// The cache must not show: what was seen before does not change the ids, however small it is.
TEST_F(BpeTest, TheCacheDoesNotChangeIds) {
  std::mt19937_64 random(5);
  std::vector<std::string> words;
  for (int i = 0; i < 300000; ++i) {
    std::string word;
    for (size_t n = 1 + random() % 16; n > 0; --n)
      word += "abcdefghijklmnopqrstuvwxyz"[random() % 26];
    words.push_back(std::move(word));
  }
  BpeEncoder forgetful(model(), {BestSimdTier(), 4096});
  std::vector<uint32_t> without_cache;
  std::vector<uint32_t> ids;
  for (int round = 0; round < 2; ++round) {
    for (const std::string& word : words) {
      without_cache.clear();
      model().EncodePiece(word, &without_cache);
      ASSERT_EQ(Encode(word), without_cache) << word;
      ids.clear();
      forgetful.Encode(word, &ids);
      ASSERT_EQ(ids, without_cache) << word;
    }
  }
}

// Texts of many chunks of pieces, words that repeat and words that do not, on every tier.
TEST_F(BpeTest, EveryTierEncodesLongTexts) {
  const reference::Gpt2Encoder slow(vocab());
  std::mt19937_64 random(6);
  std::vector<BpeEncoder> encoders;
  for (const SimdTier tier : SimdTiers()) {
    encoders.emplace_back(model(), BpeEncoderOptions{tier, 4096});
    encoders.emplace_back(model(), BpeEncoderOptions{tier, 1 << 20});
  }
  GuardedMemory memory(1 << 16);
  for (int i = 0; i < 200; ++i) {
    std::string text;
    const size_t size = random() % 20000;
    while (text.size() < size) {
      text += vocab().token_bytes(static_cast<uint32_t>(random() % (i % 2 == 0 ? 300 : 50000)));
      if (random() % 50 == 0) text.append(random() % 60, "ab \n'"[random() % 5]);
    }
    const std::vector<uint32_t> wanted = slow.Encode(text);
    for (BpeEncoder& encoder : encoders) {
      std::vector<uint32_t> ids;
      encoder.Encode(memory.AtEnd(text), &ids);
      ASSERT_EQ(ids, wanted);
      ASSERT_EQ(encoder.CountTokens(memory.AtBegin(text)), wanted.size());
    }
  }
}

// Scripts without spaces are cut between characters where no token reaches across; parts of tokens,
// whole ones and characters that are in none stand side by side here.
TEST_F(BpeTest, CutsBetweenCharactersDoNotChangeIds) {
  const reference::Gpt2Encoder slow(vocab());
  std::mt19937_64 random(9);
  std::vector<std::string_view> beyond_ascii;
  for (uint32_t id = 256; id < vocab().end_of_text(); ++id) {
    const std::string_view token = vocab().token_bytes(id);
    if (static_cast<uint8_t>(token.back()) >= 0x80) beyond_ascii.push_back(token);
  }
  ASSERT_GT(beyond_ascii.size(), 500u);
  std::vector<BpeEncoder> encoders;
  for (const SimdTier tier : SimdTiers()) {
    encoders.emplace_back(model(), BpeEncoderOptions{tier, 1 << 16});
  }
  for (int i = 0; i < 4000; ++i) {
    std::string text(random() % 3, 'x');
    for (size_t n = random() % 40; n > 0; --n) {
      switch (random() % 5) {
        case 0:
          AppendUtf8(static_cast<char32_t>(0x4E00 + random() % 0x5200), &text);
          break;
        case 1:
          AppendUtf8(static_cast<char32_t>(0x3040 + random() % 0xC0), &text);
          break;
        case 2:
          AppendUtf8(static_cast<char32_t>(0x80 + random() % 0x3000), &text);
          break;
        default:
          text += beyond_ascii[random() % beyond_ascii.size()];
      }
    }
    const std::vector<uint32_t> wanted = slow.Encode(text);
    for (BpeEncoder& encoder : encoders) {
      std::vector<uint32_t> ids;
      encoder.Encode(text, &ids);
      ASSERT_EQ(ids, wanted) << testing::PrintToString(text);
    }
  }
}

// Runs of characters of three bytes, which are encoded one by one: of all scripts, with tokens that
// reach over their borders, in pieces of all lengths between other text, amid small caches and at
// the end of memory.
TEST_F(BpeTest, RunsOfWideCharactersDoNotChangeIds) {
  const reference::Gpt2Encoder slow(vocab());
  std::mt19937_64 random(10);
  std::vector<std::string_view> wide_tokens;
  for (uint32_t id = 256; id < vocab().end_of_text(); ++id) {
    const std::string_view token = vocab().token_bytes(id);
    if (static_cast<uint8_t>(token.front()) >= 0xE0) wide_tokens.push_back(token);
  }
  ASSERT_GT(wide_tokens.size(), 100u);
  const std::vector<std::string> between = {
      "",       " ",      "\n",   "a",    "'s",           "1",         "é",
      "\u3000", "\u2028", "\x80", "\xE4", "\xED\xA0\x80", " \xE4\xB8", "\U0001F600"};
  std::vector<BpeEncoder> encoders;
  for (const SimdTier tier : SimdTiers()) {
    encoders.emplace_back(model(), BpeEncoderOptions{tier, 4096});
    encoders.emplace_back(model(), BpeEncoderOptions{tier, 1 << 20});
  }
  GuardedMemory memory(1 << 16);
  for (int i = 0; i < 1500; ++i) {
    std::string text(random() % 70, 'x');
    const char32_t first =
        std::vector<char32_t>{0x800, 0x2000, 0x3000, 0x4E00, 0xAC00, 0xE000}[random() % 6];
    const uint64_t count = random() % 3 == 0 ? 100 : 0x1C00;
    for (size_t runs = random() % 8; runs > 0; --runs) {
      for (size_t n = random() % 120; n > 0; --n) {
        if (random() % 16 == 0) {
          text += wide_tokens[random() % wide_tokens.size()];
        } else {
          AppendUtf8(first + static_cast<char32_t>(random() % count), &text);
        }
      }
      text += between[random() % between.size()];
    }
    const std::vector<uint32_t> wanted = slow.Encode(text);
    for (BpeEncoder& encoder : encoders) {
      std::vector<uint32_t> ids;
      encoder.Encode(memory.AtEnd(text), &ids);
      ASSERT_EQ(ids, wanted) << testing::PrintToString(text);
    }
  }
}

TEST_F(BpeTest, PackedIdsAreAppended) {
  Buffer packed;
  packed.Append("xy");
  encoder_.EncodePacked("Hello world", &packed);
  encoder_.EncodePacked("", &packed);
  encoder_.EncodePacked("   ", &packed);
  EXPECT_EQ(packed.view(), std::string_view("xy\x88\x3C\xE3\x03\xDC\0\xDC\0\xDC\0", 12));
}

// Vocabularies from 65,500 ids on have ids of four bytes.
TEST(WideBpeTest, IdsOfFourBytes) {
  std::string merges;
  for (int a = 0; a < 94; ++a) {
    for (int b = 0; b < 94; ++b) merges += {char('!' + a), ' ', char('!' + b), '\n'};
  }
  for (int i = 0; i < 60000; ++i) {
    const auto next = [&](int shift) { return char('!' + (i >> shift) % 64); };
    merges += {next(0), next(6), ' ', next(12), char('!' + i / 4096), '\n'};
  }
  const formats::Gpt2Vocab vocab(merges);
  ASSERT_GT(vocab.size(), 65536u);
  const BpeModel model(vocab);
  const reference::Gpt2Encoder slow(vocab);
  for (const SimdTier tier : SimdTiers()) {
    BpeEncoder encoder(model, {tier, 1 << 16});
    std::mt19937_64 random(7);  // the same texts for each
    uint32_t largest = 0;
    for (int i = 0; i < 3000; ++i) {
      std::string text;
      for (size_t n = random() % 40; n > 0; --n) text += char('!' + random() % 64);
      std::vector<uint32_t> ids;
      encoder.Encode(text, &ids);
      ASSERT_EQ(ids, slow.Encode(text)) << text;
      for (const uint32_t id : ids) largest = std::max(largest, id);
    }
    EXPECT_GT(largest, 65536u);
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
