#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "formats/line_source.h"
#include "pipeline/side_file.h"

namespace owt::trainer {

// The records of jsonl files one by one, and the account of those that had to be left out: counted
// by reason in the run's tally, with file and offset in `quarantine` if that is named.
class RecordLines {
 public:
  // `context` must outlive this; its inputs are read.
  RecordLines(RunContext& context, std::string quarantine);

  // The next line that is not blank; false at the end. It stays until the call after this, with
  // the padding behind it that parsers need.
  bool Next(std::string_view* line);

  // The record of the last Next cannot be used.
  void Refuse(std::string_view reason);

  // Puts the quarantine under its name. Says how many records were left out, why, and where the
  // first is; nothing where there is none.
  std::string Finish();

 private:
  void Refuse(uint64_t offset, std::string_view reason, std::string_view record);

  RunContext& context_;
  formats::LineSource source_;
  SideFile quarantine_;
  Batch batch_;

  struct Line {
    size_t begin, end;
  };

  std::vector<Line> lines_;  // of batch_
  size_t next_ = 0;          // into lines_
  std::string first_bad_;    // "FILE:OFFSET: reason"
};

}  // namespace owt::trainer
