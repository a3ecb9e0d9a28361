#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "pipeline/batch.h"
#include "pipeline/context.h"
#include "pipeline/error.h"

namespace owt::dedup {

// The lines of docs/dedup-lines.md: two fields with a TAB between them. What stands in one has 1 to
// kMaxFieldBytes bytes and no control character, so that every tool that sorts or splits lines
// leaves it whole, and whole lines sort as their fields do.
constexpr size_t kMaxFieldBytes = 32768;

bool IsLineField(std::string_view text);

struct LineFields {
  std::string_view first, second;
};

// False where `line`, without its end, is not two such fields.
bool SplitFields(std::string_view line, LineFields* fields);

// Throws the Error{kInput} for a line of a file, counted from 1.
[[noreturn]] void ThrowBadLine(std::string_view problem, uint64_t line, const std::string& file);

// Reads the lines of a program in the order of the input, batch by batch. Whatever is no such line
// ends the run with Error{kInput}, which says file and line: one that is cut off or torn means that
// others are missing. Not thread-safe.
class LineReader {
 public:
  // `expected` is said of a line that is none.
  LineReader(const RunContext& context, std::string expected)
      : context_(context), expected_(std::move(expected)) {}

  // Calls on_line(line) for every line of the batch, without its end. The last line of a file must
  // have one.
  template <typename OnLine>
  void ForEach(const Batch& batch, const OnLine& on_line) {
    Begin(batch);
    const std::string_view bytes = batch.bytes.view();
    for (size_t begin = 0, end; begin < bytes.size(); begin = end + 1) {
      ++line_;
      end = bytes.find('\n', begin);
      if (end == std::string_view::npos) ThrowCutOff();
      on_line(bytes.substr(begin, end - begin));
    }
  }

  // Calls on_line(line, fields) in the same way.
  template <typename OnLine>
  void ForEachFields(const Batch& batch, const OnLine& on_line) {
    ForEach(batch, [&](std::string_view line) {
      LineFields fields;
      if (!SplitFields(line, &fields)) ThrowDamaged();
      on_line(line, fields);
    });
  }

  // Throws the Error about the line read last; the message goes on with `problem`.
  [[noreturn]] void Throw(std::string_view problem) const;
  [[noreturn]] void ThrowDamaged() const;

  // Where it stands, as text, and back.
  std::string State() const;
  bool Restore(std::string_view state);

 private:
  void Begin(const Batch& batch);
  [[noreturn]] void ThrowCutOff() const;

  const RunContext& context_;
  std::string expected_;
  uint32_t file_ = 0;
  uint64_t line_ = 0;  // of the file, the last one read; from 1
};

// Counts the lines of a batch, in and out; the sink does the work.
class CountLines : public BatchTransform {
 public:
  void Apply(const Batch& batch, BatchResult* result) const override;
};

}  // namespace owt::dedup
