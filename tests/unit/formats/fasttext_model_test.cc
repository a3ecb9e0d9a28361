#include "formats/fasttext_model.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "pipeline/error.h"
#include "tests/support/fasttext_model_bytes.h"

namespace owt::formats {
namespace {

using tests::FasttextModelBytes;

FasttextModelBytes Pruned() {
  FasttextModelBytes bytes;
  bytes.buckets = 100;
  bytes.minn = bytes.maxn = 2;
  bytes.num_pruned = 2;
  bytes.pruned = {{99, 1}, {5, 0}};
  bytes.input = {0, 0, 1, 0, 0, 1, 2, 2, 3, 3};
  bytes.quantized_input = bytes.with_norms = true;
  return bytes;
}

TEST(FasttextModel, Dense) {
  const std::string bytes = FasttextModelBytes().Make();
  const FasttextModel model = ParseFasttextModel(bytes, "m");
  EXPECT_EQ(model.arguments.dimension, 2);
  EXPECT_EQ(model.arguments.loss, FasttextLoss::kSoftmax);
  ASSERT_EQ(model.words.size(), 3u);
  EXPECT_EQ(model.words[2], "b");
  ASSERT_EQ(model.labels.size(), 2u);
  EXPECT_EQ(model.labels[1].name, "__label__y");
  EXPECT_EQ(model.labels[1].count, 10);
  EXPECT_FALSE(model.pruned);
  EXPECT_EQ(model.input.rows, 3);
  EXPECT_EQ(model.input.floats.size(), 6 * sizeof(float));
  EXPECT_EQ(model.output.rows, 2);
}

TEST(FasttextModel, QuantizedAndPruned) {
  const std::string bytes = Pruned().Make();
  const FasttextModel model = ParseFasttextModel(bytes, "m");
  EXPECT_TRUE(model.pruned);
  ASSERT_EQ(model.buckets.size(), 2u);
  EXPECT_EQ(model.buckets[0].bucket, 99);
  EXPECT_EQ(model.buckets[0].row, 1);
  EXPECT_TRUE(model.input.quantized);
  EXPECT_EQ(model.input.codes.size(), 5u);
  EXPECT_EQ(model.input.norm_codes.size(), 5u);
  EXPECT_EQ(model.input.quantizer.ColumnsOf(0), 2);
  EXPECT_FALSE(model.output.quantized);
}

TEST(FasttextModel, VersionElevenHasNoCharNgrams) {
  FasttextModelBytes bytes;
  bytes.version = 11;
  bytes.maxn = 4;
  EXPECT_EQ(ParseFasttextModel(bytes.Make(), "m").arguments.max_char_ngram, 0);
}

TEST(FasttextModel, EveryPrefixIsRefusedAtItsPlace) {
  for (const std::string& bytes : {FasttextModelBytes().Make(), Pruned().Make()}) {
    for (size_t size = 0; size < bytes.size(); size += size < 300 ? 1 : 97) {
      try {
        ParseFasttextModel(std::string_view(bytes).substr(0, size), "m.bin");
        FAIL() << size;
      } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::kInput);
        EXPECT_EQ(error.file(), "m.bin");
        EXPECT_LE(error.position(), size);
      }
    }
  }
}

TEST(FasttextModel, AnyByteChangedIsReadOrRefused) {
  for (const std::string& good : {FasttextModelBytes().Make(), Pruned().Make()}) {
    for (size_t at = 0; at < std::min<size_t>(good.size(), 400); ++at) {
      for (const int value : {0, 1, 0x7F, 0x80, 0xFF}) {
        std::string bytes = good;
        bytes[at] = static_cast<char>(value);
        try {
          ParseFasttextModel(bytes, "m");
        } catch (const Error& error) {
          EXPECT_EQ(error.kind(), ErrorKind::kInput);
        }
      }
    }
  }
}

// What each contradiction is called.
TEST(FasttextModel, Refusals) {
  using Change = std::function<void(FasttextModelBytes&)>;
  const std::pair<const char*, Change> cases[] = {
      {"magic number", [](auto& m) { m.magic = 1; }},
      {"the version is 13", [](auto& m) { m.version = 13; }},
      {"no supervised model", [](auto& m) { m.kind = 1; }},
      {"the loss is 5", [](auto& m) { m.loss = 5; }},
      {"the dimension is 0", [](auto& m) { m.dimension = 0; }},
      {"maxn is -1", [](auto& m) { m.maxn = -1; }},
      {"wordNgrams is 256", [](auto& m) { m.word_ngrams = 256; }},
      {"the number of words is 3", [](auto& m) { m.labels.clear(); }},
      {"no buckets for them", [](auto& m) { m.maxn = 3; }},
      {"no buckets for them", [](auto& m) { m.word_ngrams = 2; }},
      {"its words and buckets need 10", [](auto& m) { m.buckets = 7; }},
      {"the output has 1 rows for 2 labels", [](auto& m) { m.output.resize(2); }},
      {"label 1 has the count -4", [](auto& m) { m.labels[1].second = -4; }},
      {"label 1 has the count 1000000000000000",
       [](auto& m) { m.labels[1].second = 1'000'000'000'000'000; }},
      {"its input is not quantized", [](auto& m) { m.num_pruned = 0; }},
      {"a pruned bucket is 100",
       [](auto& m) {
         m = Pruned();
         m.pruned[0].first = 100;
       }},
      {"need 6",
       [](auto& m) {
         m = Pruned();
         m.pruned[0].second = 2;
       }},
  };
  for (const auto& [message, change] : cases) {
    FasttextModelBytes bytes;
    change(bytes);
    try {
      ParseFasttextModel(bytes.Make(), "m");
      ADD_FAILURE() << message;
    } catch (const Error& error) {
      EXPECT_NE(error.message().find(message), std::string::npos) << error.what();
    }
  }
  EXPECT_THROW(ParseFasttextModel(FasttextModelBytes().Make() + "x", "m"), Error);
}

}  // namespace
}  // namespace owt::formats
