#include <gtest/gtest.h>
#include <tbb/parallel_for.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "stages/text/fasttext_classifier.h"
#include "tests/support/fasttext_model_bytes.h"

// That the answers are fastText's is the business of tests/conformance/langdetect_fasttext.py; here
// stands what can be told by hand.

namespace owt::text {
namespace {

using tests::FasttextModelBytes;
using namespace std::string_literals;

// Label and probability of the likeliest label.
std::pair<std::string, float> Ask(const FasttextModelBytes& bytes, std::string_view text) {
  const std::string model = bytes.Make();
  const FasttextClassifier classifier(model, "m");
  FasttextPredictor predictor(classifier);
  const auto predictions = predictor.Predict(text);
  if (predictions.empty()) return {"", 0.f};
  return {std::string(classifier.labels()[static_cast<size_t>(predictions[0].label)].name),
          predictions[0].probability};
}

// Two values of a row for each text of features "a" and the end of line, against two labels.
float SoftmaxOf(float x, float y) { return std::exp(x) / (std::exp(x) + std::exp(y)); }

TEST(Fasttext, SoftmaxOfTheMean) {
  const auto [label, probability] = Ask({}, "a a\nb");
  EXPECT_EQ(label, "__label__x");
  EXPECT_NEAR(probability, SoftmaxOf(2.f / 4, 1.f / 4), 2e-5);
  EXPECT_EQ(Ask({}, " b\t").first, "__label__y");
}

TEST(Fasttext, AWrittenEndOfLineEndsTheText) {
  EXPECT_NEAR(Ask({}, "a </s> b b b").second, SoftmaxOf(0.5f, 0), 2e-5);
}

TEST(Fasttext, LabelsInTheTextAreNoFeatures) {
  EXPECT_EQ(Ask({}, "a __label__x __label__new"), Ask({}, "a"));
}

TEST(Fasttext, NoFeatureNoAnswer) {
  FasttextModelBytes bytes;
  bytes.words = {"c", "a", "b"};  // not even an end of line
  EXPECT_EQ(Ask(bytes, "").first, "");
  EXPECT_EQ(Ask(bytes, "unknown words").first, "");
  EXPECT_EQ(Ask(bytes, "b").first, "__label__y");
}

TEST(Fasttext, NormsScaleRows) {
  FasttextModelBytes bytes;
  bytes.quantized_input = bytes.quantized_output = true;
  EXPECT_NEAR(Ask(bytes, "b").second, SoftmaxOf(0.5f, 0), 2e-5);
  bytes.with_norms = true;  // 3 for the row of b, 2 for that of y
  EXPECT_NEAR(Ask(bytes, "b").second, SoftmaxOf(3.f, 0), 2e-5);
}

TEST(Fasttext, HierarchicalSoftmaxAddsUpToOne) {
  FasttextModelBytes bytes;
  bytes.loss = 1;
  bytes.labels = {{"__label__x", 40}, {"__label__y", 30}, {"__label__z", 20}, {"__label__w", 5}};
  bytes.output = {1, 0, 0, 1, -1, 2, 0, 0};
  const std::string model = bytes.Make();
  const FasttextClassifier classifier(model, "m");
  FasttextPredictor predictor(classifier);
  const auto predictions = predictor.Predict("a b", 10);
  ASSERT_EQ(predictions.size(), 4u);
  float sum = 0;
  for (size_t i = 0; i < 4; ++i) {
    sum += predictions[i].probability;
    if (i > 0) {
      EXPECT_LE(predictions[i].probability, predictions[i - 1].probability);
    }
  }
  EXPECT_NEAR(sum, 1, 2e-4);
  EXPECT_EQ(predictor.Predict("a b", 10, 0.9f).size(), 0u);
}

TEST(Fasttext, OneLabel) {
  for (const int loss : {1, 2, 3, 4}) {
    FasttextModelBytes bytes;
    bytes.loss = loss;
    bytes.labels.resize(1);
    bytes.output.resize(2);
    EXPECT_EQ(Ask(bytes, "a").first, "__label__x") << loss;
  }
}

TEST(Fasttext, WhatIsNoNumberIsNoAnswer) {
  for (const int loss : {1, 2, 3, 4}) {
    FasttextModelBytes bytes;
    bytes.loss = loss;
    bytes.input[2] = std::numeric_limits<float>::quiet_NaN();
    EXPECT_EQ(Ask(bytes, "a").first, "") << loss;
    bytes.input[2] = std::numeric_limits<float>::infinity();
    Ask(bytes, "a");
  }
}

// Of 2 million buckets all but two are pruned; the text has n-grams in none of them, or all.
TEST(Fasttext, PrunedBuckets) {
  FasttextModelBytes bytes;
  bytes.buckets = 1;
  bytes.minn = bytes.maxn = 2;
  bytes.num_pruned = 1;
  bytes.pruned = {{0, 0}};
  bytes.input = {0, 0, 1, 0, 0, 1, 0, 9};
  bytes.quantized_input = true;
  // "</s>" and the n-grams "<q", "q>".
  EXPECT_NEAR(Ask(bytes, "q").second, SoftmaxOf(6.f, 0), 2e-5);
  bytes.num_pruned = 0;
  bytes.pruned.clear();
  EXPECT_NEAR(Ask(bytes, "q").second, 0.5f, 2e-5);
}

// A matrix too large to be decoded is added up from its codes, to the same sums.
TEST(Fasttext, CodesAndDecodedRowsAgree) {
  FasttextModelBytes bytes;
  bytes.dimension = 19;
  bytes.words.assign(200, "w");
  bytes.input.clear();
  for (int i = 0; i < 19 * 200; ++i) bytes.input.push_back(static_cast<float>(i % 101) / 7);
  bytes.output.assign(2 * 19, 0.f);
  bytes.quantized_input = bytes.with_norms = true;
  const std::string file = bytes.Make();
  const formats::FasttextModel model = formats::ParseFasttextModel(file, "m");
  const FasttextInput decoded(model.input), coded(model.input, 0);
  const std::vector<uint32_t> rows = {3, 199, 0, 3, 77};
  std::vector<float> sums(19, 0.1f), others(19, 0.1f);
  decoded.AddRows(rows, sums.data());
  coded.AddRows(rows, others.data());
  EXPECT_EQ(sums, others);
  EXPECT_NE(sums[0], 0.1f);
}

TEST(Fasttext, HugeCountsMakeADeepTree) {
  FasttextModelBytes bytes;
  bytes.loss = 1;
  bytes.labels.clear();
  for (int i = 0; i < 45; ++i) bytes.labels.emplace_back("__label__" + std::to_string(i), 0);
  for (int i = 0; i < 45; ++i) bytes.labels[44 - i].second = int64_t{1} << i;
  bytes.output.assign(90, 0.f);
  EXPECT_NEAR(Ask(bytes, "a").second, 0.5f, 2e-5);
}

TEST(Fasttext, LongTextsAndAnyBytes) {
  FasttextModelBytes bytes;
  bytes.buckets = 1000;
  bytes.minn = 1;
  bytes.maxn = 6;
  bytes.word_ngrams = 3;
  bytes.input.assign(2 * 1003, 0.5f);
  for (const std::string& part : {"?"s, "\xF0\x9F\x98\x80"s, "\xFF"s, "\x80"s, "a "s, "\0x"s}) {
    std::string text;
    while (text.size() < 10'000'000) text += part;
    EXPECT_NE(Ask(bytes, text).first, "");
  }
}

TEST(Fasttext, ThreadsAgree) {
  const std::string model = FasttextModelBytes().Make();
  const FasttextClassifier classifier(model, "m");
  tbb::parallel_for(0, 1000, [&](int i) {
    FasttextPredictor predictor(classifier);
    EXPECT_EQ(predictor.Predict(i % 2 == 0 ? "a" : "b")[0].label, i % 2);
  });
}

}  // namespace
}  // namespace owt::text
