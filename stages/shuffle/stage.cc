// `owt shuffle`: the lines of the inputs in an order that the seed and their numbers decide. Pass 1
// is the engine's main pass with a transform that scatters (scatter.h); pass 2 runs when the sink
// commits (permute.h).
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <memory>
#include <optional>
#include <utility>

#include "formats/line_source.h"
#include "formats/stream_sink.h"
#include "pipeline/context.h"
#include "pipeline/error.h"
#include "pipeline/flow.h"
#include "pipeline/side_file.h"
#include "pipeline/stage.h"
#include "stages/shuffle/left_out.h"
#include "stages/shuffle/permute.h"
#include "stages/shuffle/scatter.h"

namespace owt::stages {
namespace {

using shuffle::HeadLimit;
using shuffle::Order;
using shuffle::Scatter;
using shuffle::SpillFile;

constexpr uint64_t kAll = ~uint64_t{0};  // PermuteOptions::head

// How a run divides --memory: batches in flight, positions of --head, and the two passes.
struct Memory {
  explicit Memory(const RunContext& context)
      : batches(2 * static_cast<size_t>(context.workers()) + 1),
        batch_bytes(std::clamp<size_t>(context.memory_bytes() / (16 * batches), 16 << 10, 1 << 20)),
        head_bytes(context.memory_bytes() / 8),
        pass_bytes(shuffle::kLeastMemoryBytes) {
    // The program itself and what the allocator cannot give back take some as well.
    const size_t program = std::min<size_t>(context.memory_bytes() / 4, size_t{16} << 20);
    const size_t taken = 2 * batches * batch_bytes + program;
    if (context.memory_bytes() > taken) {
      pass_bytes = std::max<size_t>(pass_bytes, context.memory_bytes() - taken);
    }
  }

  size_t batches;
  size_t batch_bytes;
  size_t head_bytes;
  size_t pass_bytes;
};

// Lines in small batches. One that grew large because of a long line is scattered here, so that
// no second one is alive: the memory is that of the longest line, not of as many as there are
// batches. It goes on as a batch without bytes whose records are counted.
class ScatterSource : public Source {
 public:
  ScatterSource(Source* lines, size_t large_bytes, Scatter* scatter)
      : lines_(lines), large_bytes_(large_bytes), scatter_(scatter) {}

  bool Next(Batch* batch) override {
    if (!lines_->Next(batch)) return false;
    if (batch->bytes.size() > large_bytes_) {
      scatter_->Add(batch->bytes.view(), batch->begin.record);
      bytes_taken_ += batch->bytes.size();
      batch->bytes = Buffer();
    }
    return true;
  }

  void Seek(const Position& position) override { lines_->Seek(position); }

  uint64_t bytes_read() const override { return lines_->bytes_read(); }

  uint64_t bytes_total() const override { return lines_->bytes_total(); }

  // Of batches that went on without their bytes.
  uint64_t bytes_taken() const { return bytes_taken_; }

 private:
  Source* lines_;
  size_t large_bytes_;
  Scatter* scatter_;
  uint64_t bytes_taken_ = 0;
};

class ScatterTransform : public BatchTransform {
 public:
  ScatterTransform(const Order& order, Scatter* scatter) : order_(order), scatter_(scatter) {}

  void Apply(const Batch& batch, BatchResult* result) const override {
    const uint64_t first = batch.begin.record;
    uint64_t ours = 0;
    if (batch.bytes.size() > 0) {
      ours = scatter_->Add(batch.bytes.view(), first);
    } else {
      uint64_t position;
      const uint64_t end = batch.end.record - batch.bad.size();
      for (uint64_t i = first; i < end; ++i) ours += order_.Place(i, &position);
    }
    result->tally.in = ours;  // the others are another shard's to count
    result->tally.out = ours;
  }

 private:
  const Order order_;
  Scatter* scatter_;
};

class PermuteSink : public Sink {
 public:
  PermuteSink(RunContext& context, const Order& order, const shuffle::PermuteOptions& options,
              Scatter* scatter, SpillFile* spill, const ScatterSource* source,
              std::string part_suffix)
      : context_(context),
        order_(order),
        options_(options),
        scatter_(scatter),
        spill_(spill),
        source_(source),
        output_(context, std::move(part_suffix)) {}

  void Put(BatchResult&) override {}

  // Of pass 1. A head is short, and cut by counts that a resumed run does not have.
  std::string Checkpoint(std::vector<Fd>* /*unsynced*/) override {
    return options_.head == kAll ? scatter_->Checkpoint() : std::string();
  }

  bool Restore(const std::string& state) override {
    return options_.head == kAll && scatter_->Restore(state);
  }

  void Commit() override {
    BatchResult result;
    uint64_t written = 0;
    uint64_t bytes = 0;
    const uint64_t last_position =
        shuffle::Permute(order_, scatter_->Finish(), options_, spill_,
                         [&](std::string_view lines, uint64_t records) {
                           if (context_.cancelled()) {
                             throw Error(ErrorKind::kInterrupted,
                                         "interrupted; run the same command again to go on");
                           }
                           result.bytes.assign(lines);
                           result.tally.out = records;
                           output_.Put(result);
                           written += records;
                           bytes += lines.size();
                         });
    Tally& tally = context_.tally;
    const uint64_t expected = std::min(tally.out, options_.head);
    if (written != expected) {
      throw Error(ErrorKind::kInternal,
                  fmt::format("{} records came back of {}; please report this", written, expected),
                  context_.output);
    }
    if (written < tally.out) {
      tally.Drop("not_in_head", tally.out - written);
      if (context_.dropped->wanted()) {
        shuffle::ListLeftOut(context_, order_, last_position, tally.out - written);
      }
    }
    tally.out = written;
    tally.bytes_in += source_->bytes_taken();
    tally.bytes_out = bytes;
    output_.Commit();
    spill_->Discard();
  }

 private:
  RunContext& context_;
  const Order order_;
  const shuffle::PermuteOptions options_;
  Scatter* scatter_;
  SpillFile* spill_;
  const ScatterSource* source_;
  formats::StreamSink output_;
};

// Puts a value in place for as long as it lives.
template <class T>
class Exchanged {
 public:
  Exchanged(T* place, T value) : place_(place), before_(std::exchange(*place, std::move(value))) {}

  ~Exchanged() { *place_ = std::move(before_); }

  Exchanged(const Exchanged&) = delete;
  Exchanged& operator=(const Exchanged&) = delete;

 private:
  T* place_;
  T before_;
};

// Stdout has no place beside it.
std::string SpillPath(const std::string& output) {
  if (output != "-") return SpillFile::NameBeside(output);
  return std::filesystem::temp_directory_path() / fmt::format(".owt-{}.shuffle", getpid());
}

class Shuffle : public Stage {
 public:
  void Declare(OptionSet& options) override {
    options.Group("Options")
        .Integer("head", &head_, 0, INT64_MAX, "write only the first N records; 0 writes all")
        .Detail(
            "The records are lines of any kind; the order depends on --seed and on the number of "
            "each line in the inputs, and on nothing else. With --shard I/N this stage reads all "
            "of the input and writes part I of the shuffled order, so that the N outputs one "
            "after the other are what one run would have written.");
    options.Example("owt shuffle deduped.json shuffled.json", "all documents in a random order");
    options.Example("owt shuffle --head 1000 urls.txt sample.txt", "1000 random URLs");
  }

  void Run(RunContext& context) override {
    const Shard shard = context.shard();
    if (head_ > 0 && shard.count > 1) {
      throw Error(ErrorKind::kUsage, "--head and --shard do not go together");
    }
    if (head_ > 0 && !context.common.dropped.empty()) RefusePipes(context);
    const Order order(context.common.seed, shard.index, shard.count);
    const Memory memory(context);
    const size_t workers = static_cast<size_t>(context.workers());
    uint64_t input_bytes = 0;
    for (const InputRecord& input : context.inputs) input_bytes += input.bytes;
    const shuffle::ScatterPlan plan =
        shuffle::PlanScatter(memory.pass_bytes, workers, input_bytes / shard.count);

    SpillFile spill(SpillPath(context.output));
    std::optional<HeadLimit> head;
    if (head_ > 0) head.emplace(head_, memory.head_bytes);
    Scatter scatter(order, plan, &spill, head.has_value() ? &*head : nullptr);

    // ScatterSource bounds what batches hold, so there may be more of them than the engine would
    // allow for lines of the largest size, and a shard needs to see all lines to number them.
    const Exchanged batch(&context.common.batch_bytes, uint64_t{memory.batch_bytes});
    const Exchanged bound(
        &context.common.memory_bytes,
        std::max(context.memory_bytes(), 8 * memory.batches * context.common.max_record_bytes));
    std::optional<Exchanged<std::string>> whole(std::in_place, &context.common.shard, "0/1");
    formats::LineSource lines(context, true);
    whole.reset();
    ScatterSource source(&lines, 4 * memory.batch_bytes, &scatter);
    shuffle::PermuteOptions options{memory.pass_bytes, workers};
    if (head_ > 0) options.head = head_;
    PermuteSink sink(context, order, options, &scatter, &spill, &source, PartSuffix(context));
    RunFlow(context, source, ScatterTransform(order, &scatter), sink);
  }

 private:
  // Which records the head leaves out is known when all were read: they are listed by reading
  // again.
  static void RefusePipes(const RunContext& context) {
    for (const InputRecord& input : context.inputs) {
      if (formats::ProbeInput(input.path).is_regular) continue;
      throw Error(ErrorKind::kUsage,
                  "--head with --dropped reads its input twice and cannot take a pipe; write it to "
                  "a file first",
                  input.path);
    }
  }

  // Parts are named after what the inputs are.
  static std::string PartSuffix(const RunContext& context) {
    const bool is_text = context.inputs[0].path.find(".txt") != std::string::npos;
    return is_text ? ".txt.zst" : ".jsonl.zst";
  }

  uint64_t head_ = 0;
};

}  // namespace

std::unique_ptr<Stage> MakeShuffle() { return std::make_unique<Shuffle>(); }

}  // namespace owt::stages
