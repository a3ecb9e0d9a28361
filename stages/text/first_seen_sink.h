#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "formats/stream_sink.h"
#include "pipeline/batch.h"
#include "pipeline/context.h"
#include "pipeline/output_file.h"
#include "stages/text/first_seen.h"
#include "stages/text/scratch_file.h"

namespace owt::text {

// Writes of all lines with the same key the first, in the order of the input, and counts the others
// as dropped: "duplicate". Memory is bounded by half of the run's (see FirstSeen): while all keys
// fit in it lines are written as they come; afterwards the undecided ones wait in a temporary file
// beside the output, and are written on Commit.
//
// Resumable while all keys fit: the keys are kept in a hidden file beside the output. A run that is
// killed later goes back to that point.
//
// The transform in front says with AppendEntry, in result->aux, the key of every line that it
// appends to result->bytes. Duplicates are not listed in the file of --dropped, since the flow
// writes that before the sink decides.
class FirstSeenSink : public Sink {
 public:
  // `context` must outlive the sink; `part_suffix` as for formats::StreamSink.
  FirstSeenSink(RunContext& context, std::string part_suffix);

  // `line_bytes` with the line's end.
  static void AppendEntry(RecordKey key, size_t line_bytes, std::string* aux);

  void Put(const BatchResult& result) override;
  std::string Checkpoint(std::vector<Fd>* unsynced) override;
  bool Restore(const std::string& state) override;
  void Commit() override;

 private:
  std::string KeysPath() const;
  void KeepKey(RecordKey key);
  void WriteKeys();
  bool LoadKeys(uint64_t bytes, uint64_t xxh3);
  void DropDuplicate(size_t line_bytes);
  void SetAside(std::string_view line);
  void WriteAside();
  void Flush();

  RunContext& context_;
  formats::StreamSink stream_;
  FirstSeen seen_;
  ScratchFile aside_;  // size and bytes of each line whose answer comes later
  BatchResult kept_;   // what goes on to stream_
  std::string keys_;   // not yet in keys_file_
  std::unique_ptr<OutputFile> keys_file_;
};

}  // namespace owt::text
