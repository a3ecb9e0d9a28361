#include "trainer/evaluate/record_lines.h"

#include <fmt/format.h>

#include "formats/document_map.h"
#include "pipeline/context.h"

namespace owt::trainer {

RecordLines::RecordLines(RunContext& context, std::string quarantine)
    : context_(context), source_(context), quarantine_(std::move(quarantine)) {}

bool RecordLines::Next(std::string_view* line) {
  while (next_ == lines_.size()) {
    lines_.clear();
    next_ = 0;
    batch_.bad.clear();
    if (!source_.Next(&batch_)) return false;
    for (const BadRecord& bad : batch_.bad) {
      ++context_.tally.in;
      Refuse(bad.offset, bad.reason, bad.beginning);
    }
    formats::ForEachLine(batch_.bytes.view(), [this](size_t begin, size_t end) {
      lines_.push_back({begin, end});
    });
  }
  const Line& found = lines_[next_++];
  *line = batch_.bytes.view().substr(found.begin, found.end - found.begin);
  ++context_.tally.in;
  return true;
}

void RecordLines::Refuse(std::string_view reason) {
  const Line& line = lines_[next_ - 1];
  Refuse(batch_.OffsetOf(line.begin), reason,
         batch_.bytes.view().substr(line.begin, line.end - line.begin));
}

void RecordLines::Refuse(uint64_t offset, std::string_view reason, std::string_view record) {
  context_.tally.Quarantine(reason);
  const std::string& file = context_.inputs[batch_.begin.file].path;
  if (first_bad_.empty()) first_bad_ = fmt::format("{}:{}: {}", file, offset, reason);
  if (!quarantine_.wanted()) return;
  std::string side;
  AppendSideLine(context_.stage->name, file, offset, reason, record, &side);
  quarantine_.Write(side);
}

std::string RecordLines::Finish() {
  if (quarantine_.wanted()) quarantine_.Commit();
  if (first_bad_.empty()) return {};
  std::string reasons;
  for (const auto& [reason, count] : context_.tally.quarantined) {
    reasons += fmt::format("{}{} {}", reasons.empty() ? "" : ", ", count, reason);
  }
  return fmt::format("{} of {} records were left out ({}); the first is {}",
                     context_.tally.num_quarantined(), context_.tally.in, reasons, first_bad_);
}

}  // namespace owt::trainer
