#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "formats/stream_sink.h"
#include "pipeline/batch.h"
#include "pipeline/context.h"

namespace owt::dedup {

// The lines of an output that is made when all of the input has been read: a sink's Commit writes
// them through this. Fills context.outputs with their number, and the ledger's bytes.
class OutputLines {
 public:
  explicit OutputLines(RunContext& context) : context_(context), stream_(context) {}

  // Parts of a line; EndLine writes the last one and its '\n'.
  void Append(std::string_view part) {
    pending_.bytes += part;
    if (pending_.bytes.size() >= kPendingBytes) Flush();
  }

  void EndLine(std::string_view part = {}) {
    pending_.bytes += part;
    pending_.bytes += '\n';
    ++pending_.tally.out;
  }

  void Commit() {
    Flush();
    stream_.Commit();
  }

 private:
  static constexpr size_t kPendingBytes = size_t{1} << 20;

  void Flush() {
    stream_.Put(pending_);
    context_.tally.bytes_out += pending_.bytes.size();
    pending_.Clear();
  }

  RunContext& context_;
  formats::StreamSink stream_;
  BatchResult pending_;
};

}  // namespace owt::dedup
