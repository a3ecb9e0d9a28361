#pragma once

#include <memory>
#include <string>

#include "formats/input_stream.h"
#include "pipeline/batch.h"
#include "pipeline/context.h"
#include "pipeline/hash.h"

namespace owt::formats {

// The lines of the run's input files as batches of whole lines, without the ends of files: a last
// line without '\n' is a line. Any compression; --shard splits plain files by bytes (a line belongs
// to the part that holds its first byte) and gives compressed files whole to the part that holds
// their first byte. Lines above --max-record are refused as "too_large". Hashes every file that is
// read from its first to its last byte.
class LineSource : public Source {
 public:
  // `context` must outlive the source. With `count_lines` positions carry the number of lines
  // before them (that costs a scan).
  explicit LineSource(RunContext& context, bool count_lines = false);

  bool Next(Batch* batch) override;
  void Seek(const Position& position) override;

  uint64_t bytes_read() const override;

  uint64_t bytes_total() const override { return bytes_total_; }

 private:
  // The part of a file that is ours: lines that begin in [begin, end).
  struct Range {
    uint64_t begin = 0;
    uint64_t end = ~uint64_t{0};
    bool is_plain = false;
    bool skip = false;
  };

  void PlanShard();
  void Open(uint64_t offset);
  void SkipTo(uint64_t offset);
  size_t Fill(Batch* batch);
  void TakeLines(size_t lines_end, Batch* batch);
  void DropRestOfLine(Batch* batch);

  RunContext& context_;
  bool count_lines_;
  size_t batch_bytes_;
  std::vector<Range> ranges_;
  uint64_t bytes_total_ = 0;
  uint64_t bytes_done_ = 0;  // of files before the current

  std::unique_ptr<InputStream> stream_;
  std::shared_ptr<StreamHash> hash_;  // shared with the stream's observer
  bool hash_whole_ = false;
  uint32_t file_ = 0;
  uint64_t offset_ = 0;  // decoded offset of the next byte that stream_ will give
  std::string carry_;    // the beginning of a line, read with the batch before
  uint64_t sequence_ = 0;
  uint64_t record_ = 0;
  bool at_end_of_file_ = false;
};

}  // namespace owt::formats
