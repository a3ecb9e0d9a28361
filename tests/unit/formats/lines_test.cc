// The road of lines: source -> flow -> sink, against the obvious splitting of the input.
#include <gtest/gtest.h>
#include <oneapi/tbb/global_control.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <random>

#include "formats/compressor.h"
#include "formats/document_map.h"
#include "formats/input_stream.h"
#include "formats/line_source.h"
#include "formats/stream_sink.h"
#include "pipeline/error.h"
#include "pipeline/flow.h"
#include "pipeline/hash.h"
#include "pipeline/manifest.h"
#include "pipeline/output_file.h"
#include "pipeline/paths.h"
#include "pipeline/progress.h"

namespace owt::formats {
namespace {

namespace fs = std::filesystem;

// Keeps every line; a line that begins with '!' is dropped, with '?' quarantined.
class KeepLines : public BatchTransform {
 public:
  void Apply(const Batch& batch, BatchResult* result) const override {
    const std::string_view bytes = batch.bytes.view();
    ForEachLine(bytes, [&](size_t begin, size_t end) {
      ++result->tally.in;
      if (bytes[begin] == '!') return result->Drop(begin, end, "shout");
      if (bytes[begin] == '?') return result->Quarantine(begin, end, "question");
      ++result->tally.out;
      result->bytes.append(bytes.substr(begin, end - begin));
      result->bytes += '\n';
    });
  }
};

class LinesTest : public testing::Test {
 protected:
  LinesTest() {
    std::string pattern = testing::TempDir() + "/owtXXXXXX";
    folder_ = std::string(mkdtemp(pattern.data())) + "/";
    context_.stage = &entry_;
    context_.options = &options_;
    context_.common.quiet = true;
    context_.output = folder_ + "out";
    context_.progress = &progress_;
  }

  ~LinesTest() override { fs::remove_all(folder_); }

  void WriteInput(const std::string& name, std::string_view content) {
    std::ofstream(folder_ + name, std::ios::binary) << content;
    paths_.push_back(folder_ + name);
  }

  // Runs all inputs to the output; returns what it holds.
  std::string Run() {
    context_.inputs = ExpandInputs(paths_);
    context_.fingerprint = Fingerprint(context_);
    context_.tally = Tally();
    context_.outputs.clear();
    LineSource source(context_);
    StreamSink sink(context_, ".txt");
    RunFlow(context_, source, KeepLines(), sink);
    std::string content;
    for (const OutputRecord& output : context_.outputs) content += Decoded(output.path);
    return content;
  }

  static std::string Decoded(const std::string& path) {
    const auto stream = OpenInput(path);
    std::string content;
    char block[4096];
    while (const size_t count = stream->Read(block, sizeof(block))) content.append(block, count);
    return content;
  }

  oneapi::tbb::global_control threads_{oneapi::tbb::global_control::max_allowed_parallelism, 8};
  StageEntry entry_{"keep", "Data", "", "", "", PathRule::kInputsToOutput, nullptr, ""};
  OptionSet options_;
  Progress progress_{"keep", true};
  RunContext context_;
  std::string folder_;
  std::vector<std::string> paths_;
};

std::string RandomLines(size_t count, unsigned seed, size_t max_length) {
  std::mt19937 random(seed);
  std::string text;
  for (size_t i = 0; i < count; ++i) {
    text.append(random() % max_length, static_cast<char>('a' + random() % 26));
    text += std::to_string(i) + "\n";
  }
  return text;
}

TEST_F(LinesTest, SameBytesForEveryBatchSizeWorkersAndCompression) {
  const std::string lines = RandomLines(3000, 1, 200);
  WriteInput("a", lines);
  WriteInput("b", "");
  std::string gzip;
  CompressFrame(Compression::kGzip, lines.substr(0, 5000), &gzip);
  CompressFrame(Compression::kGzip, lines.substr(5000), &gzip);
  WriteInput("c.gz", gzip);
  for (const size_t batch : {17, 1000, 1 << 20}) {
    for (const int workers : {1, 2, 8}) {
      context_.common.batch_bytes = batch;
      context_.common.workers = workers;
      ASSERT_EQ(Run(), lines + lines) << batch << " " << workers;
      EXPECT_EQ(context_.tally.in, 6000u);
      EXPECT_EQ(context_.inputs[0].xxh3, Hash64(lines));
      EXPECT_EQ(context_.inputs[2].xxh3, Hash64(gzip));
    }
  }
}

TEST_F(LinesTest, ShardsTogetherAreTheWhole) {
  const std::string a = RandomLines(400, 2, 100), b = RandomLines(300, 3, 30);
  WriteInput("a", a);
  WriteInput("b", b.substr(0, b.size() - 1));  // no '\n' at the end
  WriteInput("c", "x\n\n\ny\n");
  for (const uint64_t count : {1, 2, 3, 7, 64}) {
    for (const size_t batch : {50, 100000}) {
      context_.common.batch_bytes = batch;
      std::string together;
      for (uint64_t i = 0; i < count; ++i) {
        context_.common.shard = std::to_string(i) + "/" + std::to_string(count);
        together += Run();
      }
      ASSERT_EQ(Hash64(together), Hash64(a + b + "x\ny\n")) << count << " " << batch;
    }
  }
}

TEST_F(LinesTest, LargeLinesAreRefusedOneByOne) {
  context_.common.max_record_bytes = 100;
  std::string lines = "first\n" + std::string(101, 'x') + "\nsecond\n" + std::string(100, 'y') +
                      "\n" + std::string(5000, 'z') + "\nlast";
  WriteInput("a", lines);
  for (const size_t batch : {10, 64, 1 << 20}) {
    context_.common.batch_bytes = batch;
    EXPECT_EQ(Run(), "first\nsecond\n" + std::string(100, 'y') + "\nlast\n");
    EXPECT_EQ(context_.tally.quarantined.at("too_large"), 2u);
    EXPECT_EQ(Hash64(ReadSmallFile(folder_ + "out.quarantine.jsonl", 1 << 20)) != 0, true);
  }
}

TEST_F(LinesTest, SideFilesDoNotDependOnBatches) {
  context_.common.max_record_bytes = 3000;
  context_.common.dropped = folder_ + "dropped";
  WriteInput("a", "!one\n?two\n" + std::string(3001, '?') + "\n?three\n" + std::string(9000, 'q') +
                      "\nok\n");
  std::string first;
  for (const size_t batch : {5, 3000, 1 << 20}) {
    context_.common.batch_bytes = batch;
    EXPECT_EQ(Run(), "ok\n");
    const std::string side = ReadSmallFile(folder_ + "out.quarantine.jsonl", 1 << 20) +
                             ReadSmallFile(folder_ + "dropped", 1 << 20);
    if (first.empty()) first = side;
    EXPECT_EQ(side, first);
  }
  EXPECT_NE(first.find("\"offset\":5,\"reason\":\"question\",\"record\":\"?two\""),
            std::string::npos);
  EXPECT_NE(first.find("\"offset\":0,\"reason\":\"shout\""), std::string::npos);
}

TEST_F(LinesTest, PartsAreCutByTheDataAlone) {
  const std::string lines = RandomLines(2000, 4, 100);
  WriteInput("a", lines);
  context_.output = folder_ + "parts/";
  context_.common.part_bytes = 10000;
  uint64_t first = 0;
  for (const size_t batch : {100, 7777, 1 << 20}) {
    context_.common.batch_bytes = batch;
    EXPECT_EQ(Run(), lines);
    std::string sizes;
    uint64_t records = 0;
    for (const OutputRecord& part : context_.outputs) {
      sizes += std::to_string(part.bytes) + " ";
      records += part.records;
      if (&part != &context_.outputs.back()) {
        EXPECT_GE(part.bytes, 10000u);
      }
    }
    EXPECT_GT(context_.outputs.size(), 5u);
    EXPECT_EQ(records, 2000u);
    if (first == 0) first = Hash64(sizes);
    EXPECT_EQ(Hash64(sizes), first);
  }
}

TEST_F(LinesTest, CompressedOutputHasTheSameBytesForEveryBatchSize) {
  const std::string lines = RandomLines(60000, 5, 300);  // some frames of 4 MiB
  ASSERT_GT(lines.size(), size_t{8} << 20);
  WriteInput("a", lines);
  context_.output = folder_ + "out.zst";
  uint64_t first = 0;
  for (const size_t batch : {50000, 1 << 20, 64 << 20}) {
    context_.common.batch_bytes = batch;
    EXPECT_EQ(Run(), lines);
    if (first == 0) first = context_.outputs[0].xxh3;
    EXPECT_EQ(context_.outputs[0].xxh3, first);
  }
}

TEST_F(LinesTest, NoRecordAtAllIsAnError) {
  WriteInput("a", "\n  \n");
  EXPECT_THROW(Run(), Error);
  EXPECT_FALSE(FileExists(folder_ + "out"));
}

// A run that is stopped goes on from any checkpoint to the same bytes.
TEST_F(LinesTest, SinkRestoresEveryCheckpoint) {
  for (const char* name : {"out", "out.zst", "parts/"}) {
    context_.output = folder_ + name;
    context_.common.part_bytes = 5000;
    std::vector<BatchResult> results(40);
    std::string all;
    for (size_t i = 0; i < results.size(); ++i) {
      results[i].bytes = RandomLines(10 + i, static_cast<unsigned>(i), 100);
      results[i].tally.out = 10 + i;
      all += results[i].bytes;
    }
    for (size_t stop = 0; stop < results.size(); stop += 3) {
      std::string state;
      {
        StreamSink sink(context_, ".txt");
        for (size_t i = 0; i < stop; ++i) sink.Put(results[i]);
        std::vector<Fd> unsynced;
        state = sink.Checkpoint(&unsynced);
        for (size_t i = stop; i < std::min(stop + 2, results.size()); ++i) sink.Put(results[i]);
      }
      StreamSink sink(context_, ".txt");
      ASSERT_TRUE(sink.Restore(state)) << name << " " << stop;
      for (size_t i = stop; i < results.size(); ++i) sink.Put(results[i]);
      sink.Commit();
      std::string content;
      uint64_t records = 0;
      for (const OutputRecord& output : context_.outputs) {
        content += Decoded(output.path);
        records += output.records;
        EXPECT_EQ(output.xxh3, Hash64(ReadSmallFile(output.path, 1 << 30)));
      }
      ASSERT_EQ(content, all) << name << " " << stop;
      EXPECT_EQ(records, 10u * 40 + 39 * 40 / 2);
    }
  }
}

}  // namespace
}  // namespace owt::formats
