#include "stages/dedup/line_fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace owt::dedup {

bool IsLineField(std::string_view text) {
  if (text.empty() || text.size() > kMaxFieldBytes) return false;
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

bool SplitFields(std::string_view line, LineFields* fields) {
  const size_t tab = line.find('\t');
  if (tab == std::string_view::npos) return false;
  *fields = {line.substr(0, tab), line.substr(tab + 1)};
  return IsLineField(fields->first) && IsLineField(fields->second);
}

void ThrowBadLine(std::string_view problem, uint64_t line, const std::string& file) {
  throw Error(ErrorKind::kInput, fmt::format("line {} {}", line, problem), file);
}

void LineReader::Begin(const Batch& batch) {
  if (batch.begin.file != file_) line_ = 0;
  file_ = batch.begin.file;
  if (batch.bad.empty()) return;
  ++line_;
  Throw(fmt::format("is longer than --max-record; expected {}", expected_));
}

void LineReader::Throw(std::string_view problem) const {
  ThrowBadLine(problem, line_, context_.inputs[file_].path);
}

void LineReader::ThrowDamaged() const { Throw(fmt::format("is damaged: expected {}", expected_)); }

void LineReader::ThrowCutOff() const { Throw("is cut off: it has no end; make the file again"); }

void CountLines::Apply(const Batch& batch, BatchResult* result) const {
  const std::string_view bytes = batch.bytes.view();
  const auto count = static_cast<uint64_t>(std::count(bytes.begin(), bytes.end(), '\n'));
  result->tally.in = result->tally.out = count;
}

std::string LineReader::State() const { return fmt::format("{} {}", file_, line_); }

bool LineReader::Restore(std::string_view state) {
  const char* const end = state.data() + state.size();
  const auto file = std::from_chars(state.data(), end, file_);
  if (file.ec != std::errc{} || file.ptr == end) return false;
  const auto line = std::from_chars(file.ptr + 1, end, line_);
  return line.ec == std::errc{} && line.ptr == end;
}

}  // namespace owt::dedup
