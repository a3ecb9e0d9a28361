#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "formats/stream_sink.h"
#include "pipeline/batch.h"
#include "pipeline/context.h"
#include "pipeline/output_file.h"
#include "stages/text/first_seen.h"
#include "stages/text/scratch_file.h"

namespace owt::text {

// Writes of all lines with the same key the first, in the order of the input, and drops the others:
// "duplicate". Memory is bounded by half of the run's (see FirstSeen): while all keys fit in it
// lines are written as they come; afterwards the undecided ones wait in a temporary file beside the
// output, and are written on Commit. With --dropped so do the lines of that file from there on:
// neither output depends on the memory.
//
// Resumable while all keys fit: the keys are kept in a hidden file beside the output. A run that is
// killed later goes back to that point.
//
// The transform in front says with AppendEntry, in result->aux, the key of every line that it
// appends to result->bytes.
class FirstSeenSink : public Sink {
 public:
  struct Entry {
    RecordKey key;
    uint64_t line_bytes;  // with the line's end
    uint64_t begin, end;  // the record in the batch
    uint64_t changed;     // what it adds to tally.changed, 0 or 1
  };

  // `context` must outlive the sink; `part_suffix` as for formats::StreamSink.
  FirstSeenSink(RunContext& context, std::string part_suffix);

  static void AppendEntry(const Entry& entry, std::string* aux);

  void Put(BatchResult& result) override;

  bool DropsRecords() const override { return true; }

  std::string Checkpoint(std::vector<Fd>* unsynced) override;
  bool Restore(const std::string& state) override;
  void Commit() override;

 private:
  // A line whose answer comes later; the text stands in the result.
  struct Later {
    Entry entry;
    std::string_view line;
  };

  std::string KeysPath() const;
  void KeepKey(RecordKey key);
  void WriteKeys();
  bool LoadKeys(uint64_t bytes, uint64_t xxh3);
  bool ListsDropped() const;
  std::vector<RecordNote> TakeDropped(size_t begin, BatchResult* result) const;
  void SetAside(BatchResult* result);
  void AppendAside(const Later* later, const RecordNote& note, const Batch& batch);
  void WriteAside();
  void Flush();

  RunContext& context_;
  formats::StreamSink stream_;
  FirstSeen seen_;
  // What waits, in the order of the input: lines whose answer comes later, and lines of --dropped.
  ScratchFile aside_;
  std::vector<Later> later_;  // of the batch that Put works on
  BatchResult kept_;          // what goes on to stream_
  std::string keys_;          // not yet in keys_file_
  std::unique_ptr<OutputFile> keys_file_;
};

}  // namespace owt::text
