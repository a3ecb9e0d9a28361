#include "formats/indexed_dataset.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "formats/indexed_dataset_check.h"
#include "formats/indexed_dataset_writer.h"
#include "pipeline/error.h"
#include "tests/support/scratch_folder.h"

namespace owt::formats {
namespace {

using ::owt::tests::ReadAll;
using ::owt::tests::ScratchFolder;
using ::owt::tests::WriteAll;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::ThrowsMessage;

using Documents = std::vector<std::vector<uint32_t>>;

Documents RandomDocuments(std::mt19937& random, size_t count, uint32_t vocab_size) {
  Documents documents(count);
  for (auto& document : documents) {
    document.resize(random() % 8 == 0 ? 0 : random() % 40);
    for (uint32_t& token : document) token = static_cast<uint32_t>(random()) % vocab_size;
  }
  documents.front().push_back(1);  // never empty as a whole
  return documents;
}

void Write(const IndexedDatasetPaths& paths, TokenType type, const Documents& documents) {
  IndexedDatasetWriter writer(paths, type);
  for (const auto& document : documents) writer.AddDocument(document);
  writer.Commit();
}

template <class Integer>
void Put(Integer value, std::string* bytes) {
  bytes->append(reinterpret_cast<const char*>(&value), sizeof(value));
}

// The layout of the header, written down once more with all arrays in memory.
void WriteSlowly(const IndexedDatasetPaths& paths, TokenType type, const Documents& documents) {
  std::string bin, lengths, pointers, doc_idx;
  uint64_t num_sequences = 0;
  Put<int64_t>(0, &doc_idx);
  for (const auto& document : documents) {
    if (!document.empty()) {
      ++num_sequences;
      Put(static_cast<int32_t>(document.size()), &lengths);
      Put(static_cast<int64_t>(bin.size()), &pointers);
    }
    Put(static_cast<int64_t>(num_sequences), &doc_idx);
    for (const uint32_t token : document) {
      type == TokenType::kUint16 ? Put(static_cast<uint16_t>(token), &bin) : Put(token, &bin);
    }
  }
  std::string idx("MMIDIDX\0\0", 9);
  Put<uint64_t>(1, &idx);
  idx += type == TokenType::kUint16 ? '\x08' : '\x04';
  Put(num_sequences, &idx);
  Put<uint64_t>(documents.size() + 1, &idx);
  WriteAll(paths.bin, bin);
  WriteAll(paths.idx, idx + lengths + pointers + doc_idx);
}

class IndexedDatasetTest : public ::testing::Test {
 protected:
  IndexedDatasetPaths Paths(const std::string& name) const {
    return IndexedDatasetPaths::Of(folder_.File(name));
  }

  ScratchFolder folder_;
};

TEST_F(IndexedDatasetTest, PathsComeFromEitherFileOrThePrefix) {
  for (const char* name : {"d/x_text_document", "d/x_text_document.bin", "d/x_text_document.idx"}) {
    const auto paths = IndexedDatasetPaths::Of(name);
    EXPECT_EQ(paths.bin, "d/x_text_document.bin");
    EXPECT_EQ(paths.idx, "d/x_text_document.idx");
  }
}

TEST_F(IndexedDatasetTest, TypeFollowsMegatronsRule) {
  EXPECT_EQ(TokenTypeFor(50257), TokenType::kUint16);
  EXPECT_EQ(TokenTypeFor(65499), TokenType::kUint16);
  EXPECT_EQ(TokenTypeFor(65500), TokenType::kInt32);
}

// Two documents of three and two tokens, every byte as the format says.
TEST_F(IndexedDatasetTest, WritesEveryByteOfTheLayout) {
  const auto paths = Paths("a");
  Write(paths, TokenType::kUint16, {{1, 2, 50256}, {513, 4}});
  EXPECT_EQ(ReadAll(paths.bin), std::string("\x01\0\x02\0\x50\xC4\x01\x02\x04\0", 10));
  EXPECT_EQ(ReadAll(paths.idx), std::string("MMIDIDX\0\0"
                                            "\x01\0\0\0\0\0\0\0"
                                            "\x08"
                                            "\x02\0\0\0\0\0\0\0"
                                            "\x03\0\0\0\0\0\0\0"
                                            "\x03\0\0\0\x02\0\0\0"
                                            "\0\0\0\0\0\0\0\0\x06\0\0\0\0\0\0\0"
                                            "\0\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\x02\0\0\0\0\0\0\0",
                                            34 + 12 * 2 + 8 * 3));
  EXPECT_THAT(folder_.Names(), ElementsAre("a.bin", "a.idx"));
}

TEST_F(IndexedDatasetTest, RandomDocumentsEqualTheSlowWriterAndComeBack) {
  std::mt19937 random(1);
  for (int round = 0; round < 24; ++round) {
    const TokenType type = round % 2 == 0 ? TokenType::kUint16 : TokenType::kInt32;
    const uint32_t vocab_size = type == TokenType::kUint16 ? 65536 : 0x80000000;
    const Documents documents = RandomDocuments(random, 1 + random() % 50, vocab_size);
    const auto paths = Paths("fast");
    const auto slow = Paths("slow");
    Write(paths, type, documents);
    WriteSlowly(slow, type, documents);
    ASSERT_EQ(ReadAll(paths.bin), ReadAll(slow.bin));
    ASSERT_EQ(ReadAll(paths.idx), ReadAll(slow.idx));

    const IndexedDataset dataset(paths);
    ASSERT_EQ(dataset.num_documents(), documents.size());
    ASSERT_EQ(dataset.type(), type);
    for (uint64_t d = 0; d < dataset.num_documents(); ++d) {
      const bool empty = documents[d].empty();
      ASSERT_EQ(dataset.doc_idx(d + 1) - dataset.doc_idx(d), empty ? 0 : 1);
      if (empty) continue;
      const TokenView tokens = dataset.sequence(static_cast<uint64_t>(dataset.doc_idx(d)));
      std::vector<uint32_t> copy(tokens.size());
      tokens.CopyTo(copy.data());
      ASSERT_EQ(copy, documents[d]);
      ASSERT_EQ(tokens.Part(1, tokens.size() - 1).size(), tokens.size() - 1);
    }
    EXPECT_THAT(CheckIndexedDataset(dataset, {vocab_size, {}}).problems, SizeIs(0));
  }
}

TEST_F(IndexedDatasetTest, BatchesOfAnySizeGiveTheSameFiles) {
  std::mt19937 random(2);
  const Documents documents = RandomDocuments(random, 5000, 50257);
  Write(Paths("one"), TokenType::kUint16, documents);
  for (const size_t batch : {1, 7, 1000, 5000}) {
    IndexedDatasetWriter writer(Paths("many"), TokenType::kUint16);
    for (size_t first = 0; first < documents.size(); first += batch) {
      std::string tokens, lengths;
      for (size_t d = first; d < std::min(first + batch, documents.size()); ++d) {
        for (const uint32_t token : documents[d]) Put(static_cast<uint16_t>(token), &tokens);
        Put(static_cast<int32_t>(documents[d].size()), &lengths);
      }
      writer.AddDocuments(tokens, lengths);
    }
    writer.Commit();
    EXPECT_EQ(ReadAll(Paths("many").bin), ReadAll(Paths("one").bin));
    EXPECT_EQ(ReadAll(Paths("many").idx), ReadAll(Paths("one").idx));
  }
}

// Buffers are 1 MiB: this passes their borders, and the border of a block of lengths.
TEST_F(IndexedDatasetTest, ManyDocumentsStreamThroughTheBuffers) {
  IndexedDatasetWriter writer(Paths("a"), TokenType::kInt32);
  std::string tokens, lengths;
  for (uint32_t d = 0; d < 1000; ++d) {
    for (uint32_t i = 0; i < d % 3; ++i) Put(d + i, &tokens);
    Put(static_cast<int32_t>(d % 3), &lengths);
  }
  for (int batch = 0; batch < 700; ++batch) writer.AddDocuments(tokens, lengths);
  writer.AddDocuments(std::string(4 << 20, '\0'), std::string("\0\0\x10\0", 4));
  writer.Commit();
  const IndexedDataset dataset(Paths("a"));
  EXPECT_EQ(dataset.num_documents(), 700001u);
  EXPECT_EQ(dataset.num_sequences(), 466200u + 1);
  EXPECT_EQ(dataset.sequence(466200).size(), 1u << 20);
  const IndexedDatasetReport report = CheckIndexedDataset(dataset, {1002, 0});
  EXPECT_EQ(report.num_problems, 0u);
  EXPECT_EQ(report.num_empty_documents, 700u * 334);
  EXPECT_EQ(report.max_token, 999);
  EXPECT_EQ(report.max_length, 1 << 20);
  EXPECT_EQ(report.num_ending_with_eod, 1u);
}

TEST_F(IndexedDatasetTest, ARunGoesOnFromAnyCheckpointWithTheSameBytes) {
  std::mt19937 random(3);
  const Documents documents = RandomDocuments(random, 200, 50257);
  Write(Paths("whole"), TokenType::kUint16, documents);
  for (int round = 0; round < 12; ++round) {
    const auto paths = Paths("killed");
    const size_t checkpoint = random() % documents.size();
    IndexedDatasetState state;
    {
      std::vector<Fd> unsynced;
      IndexedDatasetWriter writer(paths, TokenType::kUint16);
      for (size_t d = 0; d < checkpoint; ++d) writer.AddDocument(documents[d]);
      state = writer.Checkpoint(&unsynced);
      // More than was promised reaches the disk before the run dies.
      for (size_t d = checkpoint; d < documents.size(); ++d) writer.AddDocument(documents[d]);
      if (round % 2 == 0) writer.Checkpoint(&unsynced);
    }
    const auto parsed = IndexedDatasetState::Parse(state.Text());
    ASSERT_EQ(parsed, state);
    ASSERT_TRUE(IndexedDatasetWriter::CanResume(paths, *parsed));
    IndexedDatasetWriter writer(paths, TokenType::kUint16, *parsed);
    for (size_t d = checkpoint; d < documents.size(); ++d) writer.AddDocument(documents[d]);
    writer.Commit();
    ASSERT_EQ(ReadAll(paths.bin), ReadAll(Paths("whole").bin));
    ASSERT_EQ(ReadAll(paths.idx), ReadAll(Paths("whole").idx));
    ASSERT_FALSE(state != IndexedDatasetState{} && IndexedDatasetWriter::CanResume(paths, state));
  }
  EXPECT_THAT(folder_.Names(), ElementsAre("killed.bin", "killed.idx", "whole.bin", "whole.idx"));
}

// A complement is a sequence behind which its document goes on.
TEST_F(IndexedDatasetTest, DocumentsOfSeveralSequences) {
  std::string tokens, lengths;
  for (uint16_t token = 0; token < 9; ++token) Put(token, &tokens);
  for (const int32_t length : {~2, ~1, 3, 0, 1, ~1, 1}) Put(length, &lengths);
  IndexedDatasetState state;
  {
    std::vector<Fd> unsynced;
    IndexedDatasetWriter writer(Paths("a"), TokenType::kUint16);
    writer.AddDocuments(tokens, lengths);
    state = writer.Checkpoint(&unsynced);
    EXPECT_THROW(writer.AddDocuments(tokens.substr(0, 2), std::string("\xfe\xff\xff\xff", 4)),
                 Error);  // it has no end
  }
  EXPECT_EQ(state.Text(), "18 4 6 7");
  ASSERT_TRUE(IndexedDatasetWriter::CanResume(Paths("a"), state));
  IndexedDatasetWriter writer(Paths("a"), TokenType::kUint16, state);
  writer.AddDocuments(tokens.substr(0, 2), lengths.substr(16, 4));
  writer.Commit();
  const IndexedDataset dataset(Paths("a"));
  ASSERT_EQ(dataset.num_sequences(), 7u);
  ASSERT_EQ(dataset.num_documents(), 5u);
  std::vector<int64_t> bounds, pointers;
  for (uint64_t d = 0; d <= 5; ++d) bounds.push_back(dataset.doc_idx(d));
  for (uint64_t k = 0; k < 7; ++k) pointers.push_back(dataset.pointer(k));
  EXPECT_THAT(bounds, ElementsAre(0, 3, 3, 4, 6, 7));
  EXPECT_THAT(pointers, ElementsAre(0, 4, 6, 12, 14, 16, 18));
  EXPECT_EQ(CheckIndexedDataset(dataset, {}).num_problems, 0u);
}

TEST_F(IndexedDatasetTest, AbandonedWriterLeavesNothing) {
  {
    IndexedDatasetWriter writer(Paths("a"), TokenType::kUint16);
    writer.AddDocument(std::vector<uint32_t>{1, 2});
  }
  EXPECT_THAT(folder_.Names(), ElementsAre());
}

TEST_F(IndexedDatasetTest, StateOfAnotherShapeIsRefused) {
  for (const char* text : {"", "1", "1 2", "1 2 2", "1 2 2 2 2", "1 2 3 2", "1 3 2 2", "-1 2 1 2",
                           "1 2 x 2", "1  2 1 2", "99999999999999999999 2 1 2"}) {
    EXPECT_FALSE(IndexedDatasetState::Parse(text).has_value()) << text;
  }
  EXPECT_TRUE(IndexedDatasetState::Parse("10 3 2 3").has_value());
}

TEST_F(IndexedDatasetTest, WriterRefusesWhatTheFormatCannotHold) {
  IndexedDatasetWriter writer(Paths("a"), TokenType::kUint16);
  EXPECT_THAT([&] { writer.AddDocument(std::vector<uint32_t>{65536}); },
              ThrowsMessage<Error>(HasSubstr("token id 65536 does not fit uint16")));
  EXPECT_THROW(writer.AddDocuments("ab", std::string("\x02\0\0\0", 4)), Error);
  EXPECT_THROW(writer.AddDocuments("", std::string("\xff\xff\xff\xff", 4)), Error);
  EXPECT_THROW(writer.AddDocuments("", "abc"), Error);
}

TEST_F(IndexedDatasetTest, ADatasetWithoutATokenIsNeitherWrittenNorRead) {
  IndexedDatasetWriter writer(Paths("a"), TokenType::kUint16);
  EXPECT_THROW(writer.Commit(), Error);
  writer.AddDocument({});
  EXPECT_THAT([&] { writer.Commit(); }, ThrowsMessage<Error>(HasSubstr("not one token")));
  EXPECT_THAT(folder_.Names(), ::testing::Not(::testing::Contains("a.idx")));
  WriteSlowly(Paths("b"), TokenType::kUint16, {{}, {}});
  EXPECT_THAT([&] { IndexedDataset dataset(Paths("b")); },
              ThrowsMessage<Error>(HasSubstr("b.idx:18: the dataset holds no sequence")));
}

// Reads and checks all there is; any problem at all must be an Error or a report, never a crash.
bool IsAccepted(const IndexedDatasetPaths& paths) {
  try {
    const IndexedDataset dataset(paths);
    uint64_t sum = 0;
    for (uint64_t k = 0; k < dataset.num_sequences(); ++k) {
      const TokenView tokens = dataset.sequence(k);
      for (size_t i = 0; i < tokens.size(); ++i) sum += static_cast<uint64_t>(tokens[i]);
    }
    return CheckIndexedDataset(dataset, {50257, {}}).num_problems == 0 && sum > 0;
  } catch (const Error& error) {
    EXPECT_NE(error.file(), "") << error.what();
    EXPECT_EQ(error.kind(), ErrorKind::kInput) << error.what();
    return false;
  }
}

TEST_F(IndexedDatasetTest, EveryTruncationIsFound) {
  const auto paths = Paths("a");
  Write(paths, TokenType::kUint16, {{1, 2, 3}, {}, {4}, {5, 6}});
  ASSERT_TRUE(IsAccepted(paths));
  for (const std::string& path : {paths.idx, paths.bin}) {
    const std::string whole = ReadAll(path);
    for (size_t size = 0; size < whole.size(); ++size) {
      WriteAll(path, whole.substr(0, size));
      EXPECT_FALSE(IsAccepted(paths)) << path << " cut to " << size;
    }
    WriteAll(path, whole + '\0');
    EXPECT_FALSE(IsAccepted(paths)) << path << " with one more byte";
    WriteAll(path, whole);
  }
}

TEST_F(IndexedDatasetTest, EveryChangedByteOfTheIndexIsFound) {
  const auto paths = Paths("a");
  Write(paths, TokenType::kUint16, {{1, 2, 3}, {}, {4}, {5, 6}});
  const std::string whole = ReadAll(paths.idx);
  for (size_t i = 0; i < whole.size(); ++i) {
    for (const int change : {1, 0x40, 0x80, 0xff}) {
      std::string bytes = whole;
      bytes[i] = static_cast<char>(bytes[i] ^ change);
      WriteAll(paths.idx, bytes);
      // The bounds are 0 1 1 2 3: 0 0 1 2 3 and 0 1 1 3 3 describe other, valid documents.
      const size_t bounds = kIdxHeaderBytes + 12 * 3;
      const bool still_valid = change == 1 && (i == bounds + 8 || i == bounds + 24);
      EXPECT_EQ(IsAccepted(paths), still_valid) << "byte " << i << " ^ " << change;
    }
  }
}

TEST_F(IndexedDatasetTest, RandomCorruptionNeverCrashes) {
  const auto paths = Paths("a");
  std::mt19937 random(4);
  Write(paths, TokenType::kInt32, RandomDocuments(random, 20, 50257));
  const std::string idx = ReadAll(paths.idx);
  const std::string bin = ReadAll(paths.bin);
  const std::vector<uint64_t> values = {0,
                                        1,
                                        0x7fffffff,
                                        0x80000000,
                                        0xffffffff,
                                        uint64_t{1} << 62,
                                        uint64_t{1} << 63,
                                        ~uint64_t{0},
                                        0x1555555555555556};
  int num_accepted = 0;
  for (int round = 0; round < 1500; ++round) {
    std::string bytes = idx;
    for (int change = 0; change < 1 + round % 3; ++change) {
      const size_t offset = random() % (bytes.size() - 8);
      const uint64_t value = values[random() % values.size()];
      std::memcpy(bytes.data() + offset, &value, 1 + random() % 8);
    }
    WriteAll(paths.idx, bytes);
    num_accepted += IsAccepted(paths) ? 1 : 0;
  }
  EXPECT_LT(num_accepted, 1500);
  WriteAll(paths.idx, idx);
  ASSERT_TRUE(IsAccepted(paths));
}

TEST_F(IndexedDatasetTest, CheckNamesTokensOutsideTheVocabulary) {
  Write(Paths("a"), TokenType::kUint16, {{1, 2}, {3, 60000, 60001}, {7}});
  const IndexedDataset dataset(Paths("a"));
  const IndexedDatasetReport report = CheckIndexedDataset(dataset, {50257, 7});
  EXPECT_THAT(report.problems,
              ElementsAre(HasSubstr("a.bin:6: token 1 of sequence 1 is 60000, outside")));
  EXPECT_EQ(report.num_ending_with_eod, 1u);
  EXPECT_EQ(CheckIndexedDataset(dataset, {}).num_problems, 0u);
}

TEST_F(IndexedDatasetTest, CheckKeepsTheFirstProblemsAndCountsTheRest) {
  Write(Paths("a"), TokenType::kUint16, Documents(100, {9}));
  const IndexedDatasetReport report = CheckIndexedDataset(IndexedDataset(Paths("a")), {5, {}});
  EXPECT_THAT(report.problems, SizeIs(kMaxProblems));
  EXPECT_EQ(report.num_problems, 100u);
}

TEST_F(IndexedDatasetTest, OtherFilesAreNamedForWhatTheyAre) {
  const auto expect_error = [&](const std::string& idx, const std::string& problem) {
    WriteAll(Paths("x").idx, idx);
    WriteAll(Paths("x").bin, "ab");
    EXPECT_THAT([&] { IndexedDataset dataset(Paths("x")); },
                ThrowsMessage<Error>(HasSubstr(problem)));
  };
  expect_error("", "x.idx:0: ends inside the header");
  expect_error("TNTIDX" + std::string(60, '\0'), "does not start with MMIDIDX");
  Write(Paths("a"), TokenType::kUint16, {{1}});
  const std::string good = ReadAll(Paths("a").idx);
  expect_error(good + '\0', "holds modes: multimodal datasets are not supported");
  std::string float32 = good;
  float32[17] = 7;
  expect_error(float32, "x.idx:17: tokens of type code 7 are not supported");
  EXPECT_THAT([&] { IndexedDataset dataset(Paths("missing")); },
              ThrowsMessage<Error>(HasSubstr("missing.idx: cannot open")));
  std::filesystem::create_directory(Paths("folder").idx);
  EXPECT_THROW(IndexedDataset dataset(Paths("folder")), Error);
}

}  // namespace
}  // namespace owt::formats
