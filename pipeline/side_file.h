#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "pipeline/output_file.h"

namespace owt {

// Records that left the road, one JSON line each:
//   {"stage":S,"file":F,"offset":N,"reason":R,"record":TEXT}
// or "record_base64" where the bytes are not UTF-8. `offset` counts decoded bytes of the file.
void AppendSideLine(std::string_view stage, std::string_view file, uint64_t offset,
                    std::string_view reason, std::string_view record, std::string* out);

class RunContext;
struct Batch;
struct RecordNote;

// The same for a record of `batch`.
void AppendNoteLine(const RunContext& context, const Batch& batch, const RecordNote& note,
                    std::string* out);

// --quarantine, or the name beside the output; empty where bad records are only counted (stdout).
std::string QuarantinePath(const RunContext& context);

// "out.jsonl" or "out.jsonl/" -> "out.jsonl.quarantine.jsonl"; empty for stdout.
std::string QuarantineBeside(std::string_view output);

// A file of such lines, made when the first line comes. With an empty path lines are discarded.
class SideFile {
 public:
  explicit SideFile(std::string path) : path_(std::move(path)) {}

  bool wanted() const { return !path_.empty(); }

  void Write(std::string_view lines);

  // Leaves the lines behind for a resume and says how many bytes there are; see OutputFile::Keep.
  uint64_t Checkpoint(std::vector<Fd>* unsynced);
  void Restore(uint64_t bytes);

  // Final name, or removal of a file that an earlier run left where this run had no line.
  void Commit();

  const std::string& path() const { return path_; }

  uint64_t bytes() const { return file_ == nullptr ? 0 : file_->bytes(); }

 private:
  std::string path_;
  std::unique_ptr<OutputFile> file_;
};

}  // namespace owt
