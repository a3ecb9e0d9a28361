#include "stages/decontaminate/cut_text.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "stages/decontaminate/megatron_cut.h"

namespace owt::decontaminate {
namespace {

class CutTextTest : public ::testing::Test {
 protected:
  CutTextTest() : keys_({3, 4}) {
    keys_.AddText("one two three", 0);
    keys_.Index();
  }

  std::vector<std::string> Pieces(const std::string& text) {
    NgramSearch search(keys_);
    std::vector<Match> matches;
    search.FindAll(text, &matches);
    CutMatches(text, matches, rules_, &cut_);
    return PiecesOf(text);
  }

  std::vector<std::string> MegatronPieces(const std::string& text) {
    NgramSearch search(keys_);
    MegatronCut(text, rules_, &search, keys_, &cut_);
    return PiecesOf(text);
  }

  std::vector<std::string> PiecesOf(const std::string& text) const {
    std::vector<std::string> pieces;
    for (const auto& [begin, end] : cut_.pieces) pieces.push_back(text.substr(begin, end - begin));
    return pieces;
  }

  using Texts = std::vector<std::string>;

  NgramKeys keys_;
  CutRules rules_{.margin = 5, .min_piece_chars = 2};
  CutText cut_;
};

TEST_F(CutTextTest, NothingFoundNothingCut) {
  EXPECT_EQ(Pieces(" one, two "), Texts{" one, two "});
  EXPECT_TRUE(cut_.cuts.empty());
  EXPECT_EQ(MegatronPieces(" one, two "), Texts{" one, two "});
}

TEST_F(CutTextTest, CutsToTheEndsOfSentences) {
  const std::string text =
      "First one. Second one here. And One, two, three! No. Well then. Last one.";
  EXPECT_EQ(Pieces(text), (Texts{"First one. Second one here.", "Last one."}));
  ASSERT_EQ(cut_.cuts.size(), 1u);
  EXPECT_EQ(text.substr(cut_.cuts[0].match.begin, 15), "One, two, three");
  EXPECT_EQ(cut_.cuts[0].removed, (Span{27, 63}));
}

// The fifth character before and behind the match decides, it included.
TEST_F(CutTextTest, TheMarginIsExact) {
  EXPECT_EQ(Pieces("abc.21 one two three"), Texts{});
  EXPECT_EQ(Pieces("abc.\u00E421 one two three"), Texts{"abc."});
  EXPECT_EQ(Pieces("one two three 234.xyz"), Texts{});
  EXPECT_EQ(Pieces("one two three \u00E4345.xyz"), Texts{"xyz"});
}

TEST_F(CutTextTest, NothingIsCutOutTwice) {
  const std::string text = "Begin here. 12345 One two three, one, two three. 1234. End of it.";
  EXPECT_EQ(Pieces(text), (Texts{"Begin here.", "End of it."}));
  EXPECT_EQ(cut_.cuts.size(), 2u);
  EXPECT_EQ(cut_.cuts[1].removed.begin, cut_.cuts[0].removed.end);
}

TEST_F(CutTextTest, PiecesThatAreTooShortGo) {
  EXPECT_EQ(Pieces("ab. 1234 one two three 1234. ab"), Texts{"ab."});
  EXPECT_EQ(Pieces("a. 1234 one two three 1234. \u00E4b"), Texts{});
}

// filter_ngrams.py takes a match to be as long as its words with one space between them.
TEST_F(CutTextTest, MegatronsLengthIsThatOfTheKey) {
  const std::string text = "one --- two --- three.x. then";
  EXPECT_EQ(Pieces(text), Texts{});
  EXPECT_EQ(MegatronPieces("3 4 5 " + text), Texts{"x. then"});
  // A text of fewer than most words is not looked at.
  EXPECT_EQ(MegatronPieces("one two three"), Texts{"one two three"});
  EXPECT_TRUE(cut_.cuts.empty());
}

TEST_F(CutTextTest, MegatronsPlacesAreThoseOfLowerCase) {
  // Three characters more in lower case: the mark is two before, not five.
  const std::string text = "\u0130\u0130\u0130 word.1 one two three and some more";
  EXPECT_EQ(MegatronPieces(text), Texts{"\u0130\u0130\u0130 word."});
  EXPECT_EQ(Pieces(text), Texts{});
  std::vector<uint32_t> counted;
  NgramSearch search(keys_);
  MegatronCount("one two three one two three 4 5 6", &search, keys_, &counted);
  EXPECT_EQ(counted.size(), 2u);
}

TEST_F(CutTextTest, WithoutMarginsOnlySentencesGo) {
  rules_ = {.margin = 0, .min_piece_chars = 0};
  EXPECT_EQ(Pieces("A. one two three. B."), (Texts{"A.", "B."}));
  EXPECT_EQ(Pieces("one two three"), Texts{});
}

TEST_F(CutTextTest, ManyMatchesWithoutAnEndTakeLinearTime) {
  std::string text;
  for (int i = 0; i < 200000; ++i) text += "one two three x ";
  EXPECT_EQ(Pieces(text), Texts{});
  EXPECT_EQ(cut_.cuts.size(), 200000u);
  EXPECT_EQ(MegatronPieces(text), Texts{});
}

}  // namespace
}  // namespace owt::decontaminate
