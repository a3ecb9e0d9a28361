// Cutting into lines is so fast that the sink does all of it, in order: the transform has nothing
// to do, and there is one place that knows what came before.
#include "stages/dedup/link_lines.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "formats/line_source.h"
#include "formats/stream_sink.h"
#include "pipeline/base64.h"
#include "pipeline/flow.h"
#include "pipeline/side_file.h"
#include "stages/dedup/line_fields.h"

namespace owt::dedup {
namespace {

class LinkSink : public Sink {
 public:
  explicit LinkSink(RunContext& context)
      : context_(context),
        reader_(context, "a key, a TAB and an id, without control characters"),
        stream_(context) {}

  void Put(BatchResult& result) override {
    uint64_t num_firsts = 0;
    uint64_t num_repeated = 0;
    reader_.ForEachFields(*result.batch, [&](std::string_view line, const LineFields& fields) {
      const int order = last_.compare(line);
      if (order > 0) {
        reader_.Throw(
            "is smaller than the one before it: the lines must be sorted by their bytes, all of "
            "one key in one input; use LC_ALL=C sort");
      }
      if (order == 0) return Drop(line, "repeated", &num_repeated, &result);
      const bool is_first = KeyOfLast() != fields.first;
      last_ = line;
      key_bytes_ = fields.first.size();
      if (is_first) {
        smallest_ = fields.second;
        return Drop(line, "first_of_key", &num_firsts, &result);
      }
      result.bytes += fields.second;
      result.bytes += '\t';
      result.bytes += smallest_;
      result.bytes += '\n';
    });
    result.tally.out = result.tally.in - num_firsts - num_repeated;
    stream_.Put(result);
  }

  bool DropsRecords() const override { return true; }

  // READER|LAST|SMALLEST|STREAM; none but the last has a bar.
  std::string Checkpoint(std::vector<Fd>* unsynced) override {
    const std::string stream = stream_.Checkpoint(unsynced);
    if (stream.empty()) return {};
    std::string state = reader_.State() + '|';
    AppendBase64(last_, &state);
    state += '|';
    AppendBase64(smallest_, &state);
    return state + '|' + stream;
  }

  bool Restore(const std::string& state) override {
    std::string_view rest = state;
    std::string_view parts[3];
    for (std::string_view& part : parts) {
      const size_t bar = rest.find('|');
      if (bar == std::string_view::npos) return false;
      part = rest.substr(0, bar);
      rest.remove_prefix(bar + 1);
    }
    if (!reader_.Restore(parts[0]) || !DecodeBase64(parts[1], &last_) ||
        !DecodeBase64(parts[2], &smallest_)) {
      return false;
    }
    key_bytes_ = std::min(last_.find('\t'), last_.size());
    return stream_.Restore(std::string(rest));
  }

  void Commit() override { stream_.Commit(); }

 private:
  // Lines are noted one by one only where somebody wants to read them: nearly all of them go.
  void Drop(std::string_view line, std::string_view reason, uint64_t* count,
            BatchResult* result) const {
    ++*count;
    if (!context_.dropped->wanted()) return result->tally.Drop(reason);
    const auto begin = static_cast<size_t>(line.data() - result->batch->bytes.data());
    result->Drop(begin, begin + line.size(), reason);
  }

  std::string_view KeyOfLast() const { return std::string_view(last_).substr(0, key_bytes_); }

  const RunContext& context_;
  LineReader reader_;
  formats::StreamSink stream_;
  std::string last_;  // line; empty before the first
  size_t key_bytes_ = 0;
  std::string smallest_;  // id of the last line's key
};

}  // namespace

void WriteLinkLines(RunContext& context) {
  formats::LineSource source(context, true);
  LinkSink sink(context);
  RunFlow(context, source, CountLines(), sink);
}

}  // namespace owt::dedup
