// source -> transform -> sink on oneTBB's parallel_pipeline. Slots (a batch and its result) are the
// tokens: there are max_batches of them and they are recycled, which bounds memory; the first and
// the last filter are serial and in order, which makes the output independent of the workers. The
// slot that was done with last is the first to be taken again: the processor's caches know it.
#include "pipeline/flow.h"

#include <fmt/format.h>
#include <oneapi/tbb/parallel_pipeline.h>
#include <oneapi/tbb/task_arena.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <vector>

#include "pipeline/error.h"
#include "pipeline/journal.h"
#include "pipeline/manifest.h"
#include "pipeline/progress.h"
#include "pipeline/side_file.h"

namespace owt {
namespace {

struct Slot {
  Batch batch;
  BatchResult result;
  std::string quarantine;
  std::string dropped;
};

// The slots that no batch is in, the latest on top. Thread-safe.
class FreeSlots {
 public:
  void Push(Slot* slot) {
    const std::lock_guard lock(mutex_);
    slots_.push_back(slot);
  }

  Slot* Pop() {
    const std::lock_guard lock(mutex_);
    if (slots_.empty()) throw Error(ErrorKind::kInternal, "no free batch");
    Slot* const slot = slots_.back();
    slots_.pop_back();
    return slot;
  }

 private:
  std::mutex mutex_;
  std::vector<Slot*> slots_;
};

using TransformStep = std::function<void(Slot&)>;
using SinkStep = std::function<void(Slot&)>;

void RunPipeline(RunContext& context, Source& source, const TransformStep& transform,
                 const SinkStep& sink) {
  namespace tbb = oneapi::tbb;
  const size_t max_batches = context.max_batches();
  const size_t kept_bytes = 4 * context.batch_bytes();  // of a batch that held a huge record
  std::vector<std::unique_ptr<Slot>> slots;
  FreeSlots free_slots;
  for (size_t i = 0; i < max_batches; ++i) {
    slots.push_back(std::make_unique<Slot>());
    free_slots.Push(slots.back().get());
  }
  const auto read = [&](tbb::flow_control& control) -> Slot* {
    if (context.cancelled()) {
      control.stop();
      return nullptr;
    }
    Slot* const slot = free_slots.Pop();
    slot->batch.bad.clear();
    slot->batch.file_xxh3.reset();
    slot->batch.bytes.ShrinkTo(kept_bytes);
    slot->result.packed.ShrinkTo(kept_bytes);
    if (!source.Next(&slot->batch)) {
      control.stop();
      return nullptr;
    }
    context.progress->bytes_read = source.bytes_read();
    return slot;
  };
  const auto apply = [&](Slot* slot) {
    slot->result.Clear();
    slot->quarantine.clear();
    slot->dropped.clear();
    slot->result.batch = &slot->batch;
    slot->result.sequence = slot->batch.sequence;
    slot->result.end = slot->batch.end;
    transform(*slot);
    return slot;
  };
  const auto put = [&](Slot* slot) {
    sink(*slot);
    free_slots.Push(slot);
  };
  context.progress->bytes_total = source.bytes_total();
  tbb::task_arena arena(context.workers());
  arena.execute([&] {
    tbb::parallel_pipeline(
        max_batches, tbb::make_filter<void, Slot*>(tbb::filter_mode::serial_in_order, read) &
                         tbb::make_filter<Slot*, Slot*>(tbb::filter_mode::parallel, apply) &
                         tbb::make_filter<Slot*, void>(tbb::filter_mode::serial_in_order, put));
  });
}

// The main pass: accounting, side files and the journal round the sink.
class MainPass {
 public:
  MainPass(RunContext& context, Sink& sink)
      : context_(context),
        sink_(sink),
        journal_(context.output, ResumeFingerprint(context)),
        quarantine_(QuarantinePath(context)),
        dropped_(context.common.dropped) {
    context_.dropped = &dropped_;
  }

  ~MainPass() { context_.dropped = nullptr; }

  MainPass(const MainPass&) = delete;
  MainPass& operator=(const MainPass&) = delete;

  void Resume(Source& source);
  void Account(Slot& slot) const;  // parallel
  void Put(Slot& slot);            // serial
  void Finish();

 private:
  void AppendDropped(Slot& slot) const;
  void Checkpoint();
  bool WritesEntry() const;
  void AwaitEntry();

  RunContext& context_;
  Sink& sink_;
  Journal journal_;
  SideFile quarantine_;
  SideFile dropped_;
  Position position_;
  uint64_t bytes_since_entry_ = 0;
  bool has_entries_ = false;  // the journal knows a state to which a later run can return
  bool is_known_ = false;     // there was a journal when the run began
  std::future<void> entry_;   // syncs the files of the last checkpoint and writes its entry
};

void MainPass::Resume(Source& source) {
  const auto entry = context_.common.force ? std::nullopt : journal_.Load();
  const bool fits = entry.has_value() && sink_.Restore(entry->sink);
  if (!fits) {
    if (context_.common.resume) {
      throw Error(ErrorKind::kUsage,
                  "--resume: no interrupted run with these inputs and options is here; leave "
                  "--resume out to start over",
                  context_.output);
    }
    // What an earlier run left that died between output and manifest is ours as long as a journal
    // says so. Nor must others read a folder yet.
    is_known_ = FileExists(Journal::PathFor(context_.output));
    if (is_known_) journal_.Clear();
    if (context_.output.ends_with('/')) journal_.Begin();
    return;
  }
  has_entries_ = true;
  position_ = entry->position;
  context_.tally = entry->tally;
  for (const auto& [file, hash] : entry->file_hashes) {
    context_.inputs.at(file).xxh3 = hash;
    context_.inputs.at(file).hashed = true;
  }
  quarantine_.Restore(entry->quarantine_bytes);
  dropped_.Restore(entry->dropped_bytes);
  source.Seek(position_);
  context_.Say(fmt::format("resuming behind {} records", entry->tally.in));
}

void MainPass::Account(Slot& slot) const {
  const Batch& batch = slot.batch;
  BatchResult& result = slot.result;
  const std::string& file = context_.inputs[batch.begin.file].path;
  for (const BadRecord& bad : batch.bad) {
    ++result.tally.in;
    result.tally.Quarantine(bad.reason);
    if (quarantine_.wanted()) {
      AppendSideLine(context_.stage->name, file, bad.offset, bad.reason, bad.beginning,
                     &slot.quarantine);
    }
  }
  for (const RecordNote& note : result.notes) {
    if (note.bad && quarantine_.wanted()) AppendNoteLine(context_, batch, note, &slot.quarantine);
  }
  if (!sink_.DropsRecords()) AppendDropped(slot);
  result.tally.bytes_in = batch.bytes.size();
}

// The dropped records in the order of the batch, whoever dropped them.
void MainPass::AppendDropped(Slot& slot) const {
  if (!dropped_.wanted()) return;
  std::vector<RecordNote>& notes = slot.result.notes;
  std::stable_sort(notes.begin(), notes.end(),
                   [](const RecordNote& a, const RecordNote& b) { return a.begin < b.begin; });
  for (const RecordNote& note : notes) {
    if (!note.bad) AppendNoteLine(context_, slot.batch, note, &slot.dropped);
  }
}

void MainPass::Put(Slot& slot) {
  sink_.Put(slot.result);
  if (sink_.DropsRecords()) AppendDropped(slot);
  quarantine_.Write(slot.quarantine);
  dropped_.Write(slot.dropped);
  const size_t bytes_out = slot.result.bytes.size() + slot.result.packed.size();
  slot.result.tally.bytes_out += bytes_out;
  context_.tally.Merge(slot.result.tally);
  if (!slot.result.tally.balanced()) {
    throw Error(ErrorKind::kInternal, "the ledger of a batch does not add up; please report this",
                context_.inputs[slot.batch.begin.file].path, slot.batch.begin.offset);
  }
  if (slot.batch.file_xxh3.has_value()) {
    InputRecord& input = context_.inputs[slot.batch.begin.file];
    input.xxh3 = *slot.batch.file_xxh3;
    input.hashed = true;
  }
  position_ = slot.batch.end;
  context_.progress->bytes_in = context_.tally.bytes_in;
  context_.progress->records_in = context_.tally.in;
  context_.progress->records_out = context_.tally.out;
  bytes_since_entry_ += slot.batch.bytes.size() + bytes_out;
  if (bytes_since_entry_ >= context_.common.checkpoint_bytes && !WritesEntry()) Checkpoint();
}

bool MainPass::WritesEntry() const {
  return entry_.valid() && entry_.wait_for(std::chrono::seconds(0)) != std::future_status::ready;
}

void MainPass::AwaitEntry() {
  if (entry_.valid()) entry_.get();
}

// The disk is slower than the run: what the entry stands for is synced by a thread of its own.
void MainPass::Checkpoint() {
  AwaitEntry();
  bytes_since_entry_ = 0;
  if (!journal_.enabled()) return;
  Journal::Entry entry;
  std::vector<Fd> unsynced;
  entry.sink = sink_.Checkpoint(&unsynced);
  if (entry.sink.empty()) return;
  entry.position = position_;
  entry.tally = context_.tally;
  entry.quarantine_bytes = quarantine_.Checkpoint(&unsynced);
  entry.dropped_bytes = dropped_.Checkpoint(&unsynced);
  for (uint32_t i = 0; i < context_.inputs.size(); ++i) {
    if (context_.inputs[i].hashed) entry.file_hashes.emplace_back(i, context_.inputs[i].xxh3);
  }
  has_entries_ = true;
  entry_ = std::async(std::launch::async,
                      [this, entry = std::move(entry), unsynced = std::move(unsynced)]() mutable {
                        for (Fd& file : unsynced) file.SyncData();
                        journal_.Append(entry);
                      });
}

void MainPass::Finish() {
  if (context_.cancelled()) {
    Checkpoint();
    AwaitEntry();
    throw Error(ErrorKind::kInterrupted, "interrupted; run the same command again to go on");
  }
  if (context_.tally.in == 0 && context_.shard().count == 1 && !context_.takes_empty_input) {
    throw Error(ErrorKind::kInput,
                "the input holds no record at all; nothing was written (check the path and the "
                "format)",
                context_.inputs.empty() ? "" : context_.inputs[0].path);
  }
  AwaitEntry();
  // From the first rename until the manifest is written (which removes the journal) it says that
  // the outputs are ours and may be replaced.
  journal_.Begin();
  try {
    sink_.Commit();
  } catch (...) {
    if (!has_entries_ && !is_known_) journal_.Remove();
    throw;
  }
  journal_.Clear();  // what its states need is gone from here on
  quarantine_.Commit();
  dropped_.Commit();
}

}  // namespace

void RunFlow(RunContext& context, Source& source, const BatchTransform& transform, Sink& sink) {
  MainPass pass(context, sink);
  pass.Resume(source);
  RunPipeline(
      context, source,
      [&](Slot& slot) {
        transform.Apply(slot.batch, &slot.result);
        pass.Account(slot);
      },
      [&](Slot& slot) { pass.Put(slot); });
  pass.Finish();
}

void RunPass(RunContext& context, Source& source, const BatchTransform& transform, Sink& sink) {
  RunPipeline(
      context, source, [&](Slot& slot) { transform.Apply(slot.batch, &slot.result); },
      [&](Slot& slot) {
        sink.Put(slot.result);
        context.progress->bytes_in += slot.batch.bytes.size();
        context.progress->records_in += slot.result.tally.in;
      });
  context.progress->bytes_in = 0;
  context.progress->records_in = 0;
  if (context.cancelled()) {
    throw Error(ErrorKind::kInterrupted, "interrupted; run the same command again to start over");
  }
}

}  // namespace owt
