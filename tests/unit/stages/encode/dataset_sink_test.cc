#include "stages/encode/dataset_sink.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "formats/indexed_dataset.h"
#include "formats/provenance.h"
#include "formats/token_file.h"
#include "pipeline/error.h"
#include "pipeline/paths.h"
#include "tests/support/scratch_folder.h"

namespace owt::encode {
namespace {

template <class Integer>
std::string Packed(const std::vector<Integer>& values) {
  return std::string(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(Integer));
}

void Put(BatchResult&& result, DatasetSink* sink) { sink->Put(result); }

class DatasetSinkTest : public ::testing::Test {
 protected:
  DatasetSinkTest() { context_.output = folder_.File("corpus"); }

  DatasetPlan Plan(const std::vector<std::string>& keys) const {
    DatasetPlan plan;
    plan.prefix = context_.output;
    plan.keys = keys;
    return plan;
  }

  static BatchResult Result(const std::vector<uint16_t>& tokens,
                            const std::vector<int32_t>& lengths) {
    BatchResult result;
    result.packed.Append(Packed(tokens));
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

  owt::tests::ScratchFolder folder_;
  RunContext context_;
  using Documents = std::vector<std::vector<int>>;
};

TEST_F(DatasetSinkTest, AKeyADataset) {
  DatasetSink sink(context_, Plan({"title", "text"}), formats::TokenType::kUint16);
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
    DatasetSink sink(context_, Plan({"a", "b"}), formats::TokenType::kUint16);
    Put(Result({1, 2}, {1, 1}), &sink);
    std::vector<Fd> unsynced;
    state = sink.Checkpoint(&unsynced);
    Put(Result({8, 9}, {1, 1}), &sink);  // lost in the crash
  }
  {
    DatasetSink sink(context_, Plan({"a", "b"}), formats::TokenType::kUint16);
    ASSERT_TRUE(sink.Restore(state));
    Put(Result({3, 4}, {1, 1}), &sink);
    sink.Commit();
  }
  EXPECT_EQ(Read("a"), (Documents{{1}, {3}}));
  EXPECT_EQ(Read("b"), (Documents{{2}, {4}}));
}

TEST_F(DatasetSinkTest, SentencesAndWhatMegatronLeftOutIn2023) {
  Batch batch;
  ProvenanceBlock block;
  for (const uint64_t offset : {10, 20, 30}) block.Add(offset, std::to_string(offset));
  DatasetPlan plan = Plan({"a", "b"});
  plan.compat = Compat::kMegatron2023;
  plan.split_sentences = plan.provenance = true;
  plan.also = {formats::TokenFormat::kDs};
  DatasetSink sink(context_, plan, formats::TokenType::kUint16);
  BatchResult result = Result({1, 2, 3, 4, 5, 6}, {~1, 2, 0, 1, 0, ~1, 1, 0});
  block.AppendTo(&result.aux);
  result.batch = &batch;
  context_.inputs.push_back({.path = "in"});
  sink.Put(result);
  EXPECT_EQ(result.tally.noted.at("empty_in_one_key"), 3u);
  sink.Commit();
  const auto origins = [&](const std::string& key) {
    const formats::Provenance provenance(context_.output + "_" + key + "_sentence.provenance");
    std::vector<uint64_t> offsets;
    for (uint64_t d = 0; d < provenance.num_documents(); ++d) {
      offsets.push_back(provenance.Of(d).offset);
    }
    return offsets;
  };
  EXPECT_EQ(origins("a"), (std::vector<uint64_t>{10, 30}));
  EXPECT_EQ(origins("b"), (std::vector<uint64_t>{20}));
  const formats::IndexedDataset dataset(
      formats::IndexedDatasetPaths::Of(context_.output + "_a_sentence"));
  EXPECT_EQ(dataset.num_sequences(), 3u);
  EXPECT_EQ(dataset.num_documents(), 2u);
  const formats::TokenFile ds(formats::TokenFormat::kDs, context_.output + "_a_tokens.ds");
  EXPECT_EQ(ds.Document(0).end, 3u);
}

TEST_F(DatasetSinkTest, GoesOnWithProvenance) {
  DatasetPlan plan = Plan({"a"});
  plan.provenance = true;
  context_.inputs.push_back({.path = "in"});
  Batch batch;
  const auto put = [&](uint16_t token, uint64_t offset, DatasetSink* sink) {
    BatchResult result = Result({token}, {1});
    ProvenanceBlock block;
    block.Add(offset, "u");
    block.AppendTo(&result.aux);
    result.batch = &batch;
    sink->Put(result);
  };
  std::string state;
  {
    DatasetSink sink(context_, plan, formats::TokenType::kUint16);
    put(1, 5, &sink);
    std::vector<Fd> unsynced;
    state = sink.Checkpoint(&unsynced);
    put(9, 9, &sink);
  }
  DatasetSink sink(context_, plan, formats::TokenType::kUint16);
  ASSERT_TRUE(sink.Restore(state));
  put(2, 7, &sink);
  sink.Commit();
  EXPECT_EQ(Read("a"), (Documents{{1}, {2}}));
  const formats::Provenance provenance(folder_.File("corpus_a_document.provenance"));
  ASSERT_EQ(provenance.num_documents(), 2u);
  EXPECT_EQ(provenance.Of(1).offset, 7u);
  EXPECT_EQ(provenance.Of(1).file, "in");
}

TEST_F(DatasetSinkTest, RefusesAStateThatDoesNotFit) {
  DatasetSink sink(context_, Plan({"a"}), formats::TokenType::kUint16);
  for (const char* state : {"100 50 50 50", "nonsense", "", "1;2"})
    EXPECT_FALSE(sink.Restore(state)) << state;
  Put(Result({7}, {1}), &sink);
  sink.Commit();
  EXPECT_EQ(Read("a"), (Documents{{7}}));
}

TEST_F(DatasetSinkTest, NothingToWriteLeavesNothing) {
  {
    DatasetSink sink(context_, Plan({"a", "b"}), formats::TokenType::kUint16);
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
