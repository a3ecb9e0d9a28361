#include "trainer/data/document_marks.h"

#include <gtest/gtest.h>

namespace owt::trainer {
namespace {

constexpr DocumentOptions kAll = {true, true, true, 9};

// Rows of T + 1 tokens: the last of each is a target only.
TEST(DocumentMarksTest, AnEndBelongsToItsDocument) {
  const std::vector<int64_t> tokens = {1, 9, 2, 3, 9, 9,   // two documents, the second of three
                                       9, 9, 4, 5, 6, 9};  // two empty ones first
  const DocumentMarks marks = MarkDocuments(tokens, 2, kAll);
  EXPECT_EQ(marks.positions, (std::vector<int64_t>{0, 1, 0, 1, 2, 0, 0, 0, 1, 2}));
  EXPECT_EQ(marks.spans,
            (std::vector<DocumentSpan>{
                {0, 1, 0, 2}, {0, 1, 2, 3}, {1, 1, 0, 1}, {1, 1, 1, 1}, {1, 1, 2, 3}}));
  EXPECT_EQ(marks.predicted, (std::vector<int64_t>{0, 2, 3, 7, 8, 9}));
  EXPECT_EQ(marks.num_predicted, 6);
}

TEST(DocumentMarksTest, WholeRowsAreOneSpan) {
  const std::vector<int64_t> tokens = {1, 1, 1, 1, 1, 1, 1, 9, 1, 9, 1, 1, 1, 1, 9, 1};
  const DocumentMarks marks = MarkDocuments(tokens, 4, {false, true, false, 9});
  EXPECT_EQ(marks.spans,
            (std::vector<DocumentSpan>{{0, 2, 0, 3}, {2, 1, 0, 2}, {2, 1, 2, 1}, {3, 1, 0, 3}}));
  EXPECT_TRUE(marks.positions.empty());
  EXPECT_EQ(marks.num_predicted, 12);
}

TEST(DocumentMarksTest, NothingAskedNothingMarked) {
  const DocumentMarks marks = MarkDocuments(std::vector<int64_t>{9, 9, 9, 9}, 2, {});
  EXPECT_TRUE(marks.positions.empty() && marks.spans.empty() && marks.predicted.empty());
  EXPECT_EQ(marks.num_predicted, 2);
}

}  // namespace
}  // namespace owt::trainer
