#include "stages/encode/dataset_sink.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "formats/indexed_dataset.h"
#include "pipeline/error.h"
#include "pipeline/paths.h"
#include "tests/support/scratch_folder.h"

namespace owt::encode {
namespace {

template <class Integer>
std::string Packed(const std::vector<Integer>& values) {
  return std::string(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(Integer));
}

void Put(BatchResult result, DatasetSink* sink) { sink->Put(result); }

class DatasetSinkTest : public ::testing::Test {
 protected:
  DatasetSinkTest() { context_.output = folder_.File("corpus"); }

  static BatchResult Result(const std::vector<uint16_t>& tokens,
                            const std::vector<int32_t>& lengths) {
    BatchResult result;
    result.bytes = Packed(tokens);
    result.aux = Packed(lengths);
    return result;
  }

  std::vector<std::vector<int>> Read(const std::string& key) {
    const formats::IndexedDataset dataset(
        formats::IndexedDatasetPaths::Of(context_.output + "_" + key + "_document"));
    std::vector<std::vector<int>> documents;
    for (uint64_t d = 0; d < dataset.num_documents(); ++d) {
      std::vector<int> document;
      for (int64_t s = dataset.doc_idx(d); s < dataset.doc_idx(d + 1); ++s) {
        const formats::TokenView tokens = dataset.sequence(static_cast<uint64_t>(s));
        for (size_t i = 0; i < tokens.size(); ++i) document.push_back(tokens[i]);
      }
      documents.push_back(document);
    }
    return documents;
  }

  owt::testing::ScratchFolder folder_;
  RunContext context_;
  using Documents = std::vector<std::vector<int>>;
};

TEST_F(DatasetSinkTest, AKeyADataset) {
  DatasetSink sink(context_, {"title", "text"}, formats::TokenType::kUint16);
  Put(Result({1, 2, 10, 11, 12}, {1, 1, 2, 1}), &sink);
  Put(Result({}, {}), &sink);
  Put(Result({3, 13}, {1, 1}), &sink);
  EXPECT_FALSE(std::filesystem::exists(folder_.File("corpus_text_document.bin")));
  sink.Commit();
  EXPECT_EQ(Read("title"), (Documents{{1}, {2}, {3}}));
  EXPECT_EQ(Read("text"), (Documents{{10, 11}, {12}, {13}}));
  ASSERT_EQ(context_.outputs.size(), 4u);
  EXPECT_EQ(context_.outputs[2].records, 3u);
  EXPECT_EQ(context_.outputs[2].bytes, 8u);
}

TEST_F(DatasetSinkTest, GoesOnWhereItStopped) {
  std::string state;
  {
    DatasetSink sink(context_, {"a", "b"}, formats::TokenType::kUint16);
    Put(Result({1, 2}, {1, 1}), &sink);
    std::vector<Fd> unsynced;
    state = sink.Checkpoint(&unsynced);
    Put(Result({8, 9}, {1, 1}), &sink);  // lost in the crash
  }
  {
    DatasetSink sink(context_, {"a", "b"}, formats::TokenType::kUint16);
    ASSERT_TRUE(sink.Restore(state));
    Put(Result({3, 4}, {1, 1}), &sink);
    sink.Commit();
  }
  EXPECT_EQ(Read("a"), (Documents{{1}, {3}}));
  EXPECT_EQ(Read("b"), (Documents{{2}, {4}}));
}

TEST_F(DatasetSinkTest, RefusesAStateThatDoesNotFit) {
  DatasetSink sink(context_, {"a"}, formats::TokenType::kUint16);
  for (const char* state : {"100 50 50", "nonsense", "", "1;2"})
    EXPECT_FALSE(sink.Restore(state)) << state;
  Put(Result({7}, {1}), &sink);
  sink.Commit();
  EXPECT_EQ(Read("a"), (Documents{{7}}));
}

TEST_F(DatasetSinkTest, NothingToWriteLeavesNothing) {
  {
    DatasetSink sink(context_, {"a", "b"}, formats::TokenType::kUint16);
    Put(Result({1}, {1, 0}), &sink);
    EXPECT_THROW(sink.Commit(), Error);
  }
  EXPECT_TRUE(folder_.Names().empty());
}

TEST(PrefixOf, LosesTheSuffixesOfJsonl) {
  EXPECT_EQ(PrefixOf("corpus"), "corpus");
  EXPECT_EQ(PrefixOf("a.b/corpus.encode.json"), "a.b/corpus.encode");
  EXPECT_EQ(PrefixOf("x.jsonl.zst"), "x");
  EXPECT_EQ(PrefixOf("v1.5"), "v1.5");
}

}  // namespace
}  // namespace owt::encode
