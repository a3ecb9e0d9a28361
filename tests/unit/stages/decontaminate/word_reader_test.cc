#include "stages/decontaminate/word_reader.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "pipeline/utf8.h"
#include "stages/decontaminate/lower_case.h"
#include "tests/reference/slow_ngrams.h"

namespace owt::decontaminate {
namespace {

std::vector<Word> ReadAll(std::string_view text, size_t from, size_t room) {
  WordReader reader;
  reader.Start(text, from);
  std::vector<Word> words, some(room);
  for (size_t got = room; got == room;) {
    got = reader.Read(some.data(), room);
    words.insert(words.end(), some.begin(), some.begin() + static_cast<std::ptrdiff_t>(got));
  }
  return words;
}

// Every word, read `room` at a time, is that of the slow cut, and hashes as its lower case does.
void ExpectSlowWords(std::string_view text, size_t from, size_t room) {
  const std::vector<tests::SlowWord> expected = tests::SlowWords(text, from);
  const std::vector<Word> actual = ReadAll(text, from, room);
  ASSERT_EQ(actual.size(), expected.size()) << text;
  for (size_t i = 0; i < actual.size(); ++i) {
    EXPECT_EQ(actual[i].begin, expected[i].begin) << text;
    EXPECT_EQ(actual[i].end, expected[i].end) << text;
    std::string lower;
    AppendLowerWord(text, from, actual[i].begin, actual[i].end, &lower);
    EXPECT_EQ(lower, expected[i].lower) << text;
    EXPECT_EQ(actual[i].hash, ReadAll(lower, 0, 1).at(0).hash) << text;
  }
}

TEST(WordReaderTest, CutsAsPythonDoes) {
  const std::string text =
      "It's \u201cthe\u201d \u0130STANBUL x_1, \u00B2\u2167 \u039F\u0394\u039F\u03A3 \u0939\u093F "
      "a\u0301b \u4E2D\u6587\u3001\u5B57 \u212Aa";
  std::vector<std::string> words;
  for (const Word& word : ReadAll(text, 0, 3)) {
    words.emplace_back();
    AppendLowerWord(text, 0, word.begin, word.end, &words.back());
  }
  // As printed by [m.group() for m in re.finditer(r"\w+", text.lower())].
  const std::vector<std::string> expected = {"it",
                                             "s",
                                             "the",
                                             "i",
                                             "stanbul",
                                             "x_1",
                                             "\u00B2\u2177",
                                             "\u03BF\u03B4\u03BF\u03C2",
                                             "\u0939",
                                             "a",
                                             "b",
                                             "\u4E2D\u6587",
                                             "\u5B57",
                                             "ka"};
  EXPECT_EQ(words, expected);
}

TEST(WordReaderTest, SigmaDependsOnWhatIsBesideIt) {
  for (const std::string_view text :
       {"\u03A3", "\u0391\u03A3", "\u0391\u03A3\u0392", "\u0391.\u03A3", "\u0391\u03A3.\u0392",
        "a\u03A3'", "\u0391\u03A3\u0301", "\u0391\u0301\u03A3 b", "1\u03A3", "\u02B0\u03A3",
        "\u0391\u02B0\u03A3"}) {
    for (size_t from = 0; from < text.size(); ++from) {
      if ((static_cast<uint8_t>(text[from]) & 0xC0) != 0x80) ExpectSlowWords(text, from, 4);
    }
  }
}

TEST(WordReaderTest, HashesOfWordsThatDifferDiffer) {
  for (const auto& [a, b] : {std::pair{"_", "\x7F"},
                             {"a_b",
                              "a\x7F"
                              "b"},
                             {"0", "\x10"}}) {
    EXPECT_EQ(ReadAll(a, 0, 1).size() == ReadAll(b, 0, 1).size(), false);
  }
  for (const size_t size : {1, 7, 8, 9, 15, 16, 17, 23, 24, 25, 63, 64, 65, 200}) {
    const std::string word(size, 'a');
    const uint64_t hash = ReadAll(word, 0, 1).at(0).hash;
    EXPECT_EQ(hash, ReadAll(std::string(size, 'A'), 0, 1).at(0).hash);
    EXPECT_EQ(hash, ReadAll("(" + word + ") and more text behind it", 0, 1).at(0).hash);
    for (size_t i = 0; i < size; ++i) {
      std::string other = word;
      other[i] = 'b';
      EXPECT_NE(hash, ReadAll(other, 0, 1).at(0).hash) << size << " " << i;
    }
    EXPECT_NE(hash, ReadAll(word + "a", 0, 1).at(0).hash);
  }
}

TEST(WordReaderTest, AnyTextIsCutAsSlowly) {
  std::mt19937 random(1);
  const std::vector<std::string> parts = {"a",
                                          "Bc",
                                          "the",
                                          "_",
                                          "9",
                                          " ",
                                          "  ",
                                          ",",
                                          ".",
                                          "\n",
                                          "\u0130",
                                          "i\u0307",
                                          "\u03A3",
                                          "\u0391",
                                          "\u00E9",
                                          "e\u0301",
                                          "\u4E2D",
                                          "\u3002",
                                          "\U0001D400",
                                          "\u2019",
                                          "'",
                                          "averyveryveryveryverylongwordthatgoeson",
                                          std::string(70, 'x'),
                                          std::string(64, ' ')};
  for (int round = 0; round < 20000; ++round) {
    std::string text;
    for (size_t i = random() % 60; i > 0; --i) {
      text += parts[random() % (round % 2 == 0 ? parts.size() : 8)];
    }
    size_t from = round % 3 == 0 && !text.empty() ? random() % text.size() : 0;
    while (from > 0 && (static_cast<uint8_t>(text[from]) & 0xC0) == 0x80) --from;
    ExpectSlowWords(text, from, 1 + random() % 40);
  }
}

}  // namespace
}  // namespace owt::decontaminate
