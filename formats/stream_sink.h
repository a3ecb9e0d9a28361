#pragma once

#include <memory>
#include <string>
#include <vector>

#include "formats/compression.h"
#include "pipeline/batch.h"
#include "pipeline/context.h"
#include "pipeline/output_file.h"

namespace owt::formats {

// Writes lines to the run's output: a file, stdout, or a folder of parts that are cut every
// --part-size of uncompressed bytes at the end of a line. Compression goes by suffix, in frames of
// a fixed number of uncompressed bytes, so that neither cut depends on batches or workers. Fills
// context.outputs on Commit.
class StreamSink : public Sink {
 public:
  // `part_suffix` names the parts: "part-00000" + suffix, for example ".jsonl.zst".
  explicit StreamSink(RunContext& context, std::string part_suffix = ".jsonl.zst");

  void Put(BatchResult& result) override;
  std::string Checkpoint(std::vector<Fd>* unsynced) override;
  bool Restore(const std::string& state) override;
  void Commit() override;

 private:
  void Append(std::string_view lines);
  void Flush(bool all);
  void OpenPart(uint64_t bytes);
  void ClosePart();
  std::string PartPath() const;
  std::string TailPath(unsigned turn) const;
  void WriteTail(std::vector<Fd>* unsynced);

  RunContext& context_;
  std::string part_suffix_;
  bool in_parts_;
  Compression compression_;
  std::unique_ptr<OutputFile> file_;
  std::string pending_;     // lines not yet framed
  unsigned tail_turn_ = 0;  // which of the two tail files the last checkpoint took
  uint64_t part_plain_bytes_ = 0;
  uint64_t part_records_ = 0;
  std::vector<OutputRecord> finished_;
};

}  // namespace owt::formats
