#include "pipeline/side_file.h"

#include <fmt/format.h>
#include <unistd.h>

#include "pipeline/base64.h"
#include "pipeline/batch.h"
#include "pipeline/context.h"
#include "pipeline/json_string.h"
#include "pipeline/utf8.h"

namespace owt {
namespace {

// Longer records are cut; the offset leads to the whole.
constexpr size_t kMaxRecordBytes = size_t{1} << 20;

}  // namespace

void AppendSideLine(std::string_view stage, std::string_view file, uint64_t offset,
                    std::string_view reason, std::string_view record, std::string* out) {
  const std::string_view kept = record.substr(0, kMaxRecordBytes);
  *out += "{\"stage\":";
  AppendJsonString(stage, out);
  if (IsUtf8(file)) {
    *out += ",\"file\":";
    AppendJsonString(file, out);
  }
  *out += fmt::format(",\"offset\":{},\"reason\":", offset);
  AppendJsonString(reason, out);
  if (kept.size() < record.size()) *out += fmt::format(",\"bytes\":{}", record.size());
  if (IsUtf8(kept)) {
    *out += ",\"record\":";
    AppendJsonString(kept, out);
  } else {
    *out += ",\"record_base64\":\"";
    AppendBase64(kept, out);
    *out += '"';
  }
  *out += "}\n";
}

void AppendNoteLine(const RunContext& context, const Batch& batch, const RecordNote& note,
                    std::string* out) {
  AppendSideLine(context.stage->name, context.inputs[batch.begin.file].path,
                 batch.OffsetOf(note.begin), note.reason,
                 batch.bytes.view().substr(note.begin, note.end - note.begin), out);
}

std::string QuarantinePath(const RunContext& context) {
  return context.common.quarantine.empty() ? QuarantineBeside(context.output)
                                           : context.common.quarantine;
}

std::string QuarantineBeside(std::string_view output) {
  while (output.size() > 1 && output.ends_with('/')) output.remove_suffix(1);
  return output == "-" ? "" : std::string(output) + ".quarantine.jsonl";
}

void SideFile::Write(std::string_view lines) {
  if (lines.empty() || path_.empty()) return;
  if (file_ == nullptr) file_ = std::make_unique<OutputFile>(path_);
  file_->Write(lines);
}

uint64_t SideFile::Checkpoint(std::vector<Fd>* unsynced) {
  if (file_ == nullptr) return 0;
  file_->Keep(unsynced);
  return file_->bytes();
}

void SideFile::Restore(uint64_t bytes) {
  if (bytes > 0) file_ = std::make_unique<OutputFile>(path_, bytes);
}

void SideFile::Commit() {
  if (file_ != nullptr) {
    file_->Commit();
  } else if (!path_.empty() && path_ != "-") {
    unlink(path_.c_str());
  }
}

}  // namespace owt
