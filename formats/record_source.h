#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "formats/input_stream.h"
#include "pipeline/batch.h"
#include "pipeline/context.h"
#include "pipeline/hash.h"

namespace owt::formats {

// What one record of a file is.
enum class RecordKind : uint8_t {
  kFile,   // the whole file
  kLines,  // a line
  kWarc,   // a WARC record (formats/warc.h)
  kNone,   // the file holds no records of its own and is not read
};

// Decides by the path and the first bytes, decompressed (up to 4,096; fewer at the end of a file).
using RecordKindOf = std::function<RecordKind(const std::string& path, std::string_view first)>;

// The records of the run's input files, each file cut in its own way, in batches of whole records
// of one file. A file that is a record makes a batch of its own, also where it is empty. Any
// compression. Records above --max-record are refused as "too_large"; what a WARC file holds
// between or instead of whole records is refused as "malformed_warc" or "truncated_warc"; a file
// whose compressed bytes are corrupt ends there with the bad record "corrupt_input", and the run
// goes on.
// --shard gives a file whole to the part that holds its first byte.
class RecordSource : public Source {
 public:
  // `context` must outlive the source.
  RecordSource(RunContext& context, RecordKindOf kind_of);

  // The kind of a file of which a batch has been read. Safe to call while other files are read.
  RecordKind kind(uint32_t file) const { return kinds_[file]; }

  bool Next(Batch* batch) override;
  void Seek(const Position& position) override;
  uint64_t bytes_read() const override;

  uint64_t bytes_total() const override { return bytes_total_; }

 private:
  void PlanShard();
  void Open();
  void Close(Batch* batch);
  void SkipTo(uint64_t offset);
  bool ReadMore(size_t size);
  void TakeFile(Batch* batch);
  bool TakeRecords(Batch* batch);
  void SkipGarbage(Batch* batch);
  void DropRecord(uint64_t size);
  void DropLine();
  void Refuse(Batch* batch, std::string_view reason, size_t size);
  void Advance(size_t size);

  std::string_view held() const { return std::string_view(held_).substr(held_at_); }

  RunContext& context_;
  RecordKindOf kind_of_;
  std::vector<bool> ours_;  // by --shard
  std::vector<RecordKind> kinds_;
  uint64_t bytes_total_ = 0;
  uint64_t bytes_done_ = 0;  // of files before the current

  std::unique_ptr<InputStream> stream_;
  std::shared_ptr<StreamHash> hash_;  // shared with the stream's observer
  uint32_t file_ = 0;
  std::string held_;  // read, and from held_at_ on not yet given
  size_t held_at_ = 0;
  uint64_t offset_ = 0;   // decoded offset of the byte at held_at_
  bool at_end_ = false;   // the stream has no more bytes
  bool corrupt_ = false;  // because it ended with an error
  uint64_t sequence_ = 0;
  uint64_t record_ = 0;
};

}  // namespace owt::formats
