#include "stages/verify/verify_lines.h"

#include <fmt/format.h>

#include <algorithm>

#include "formats/document_map.h"
#include "formats/line_source.h"
#include "pipeline/batch.h"
#include "pipeline/flow.h"
#include "pipeline/paths.h"

namespace owt::verify {
namespace {

// Counts the documents of a batch; `aux` gets a line for each of the first bad ones.
class ReadDocuments : public BatchTransform {
 public:
  explicit ReadDocuments(const RunContext& context) : read_(context, {}) {}

  void Apply(const Batch& batch, BatchResult* result) const override {
    read_.Apply(batch, result);
    result->bytes.clear();
    const size_t shown = std::min(result->notes.size(), Finding::kMaxProblems);
    for (const RecordNote& note : std::span(result->notes).first(shown)) {
      result->aux += fmt::format("{}: {}\n", batch.OffsetOf(note.begin), note.reason);
    }
    for (const BadRecord& bad : batch.bad) {
      ++result->tally.in;
      result->tally.Quarantine(bad.reason);
      result->aux += fmt::format("{}: {}\n", bad.offset, bad.reason);
    }
  }

 private:
  const formats::DocumentMap read_;
};

class Collect : public Sink {
 public:
  Collect(const std::string& path, Finding* finding) : path_(path), finding_(finding) {}

  void Put(BatchResult& result) override {
    tally_.Merge(result.tally);
    formats::ForEachLine(result.aux, [&](size_t begin, size_t end) {
      finding_->Problem(
          fmt::format("{}:{}", path_, std::string_view(result.aux).substr(begin, end - begin)));
    });
  }

  void Commit() override {}

  const Tally& tally() const { return tally_; }

 private:
  std::string path_;
  Finding* finding_;
  Tally tally_;
};

Finding VerifyRecords(const std::string& path, const DocumentKeys& keys, RunContext& context) {
  context.inputs = ExpandInputs({path});
  context.common.text_key = keys.text;
  context.common.url_key = keys.url;
  formats::LineSource lines(context);
  Finding finding;
  Collect collect(path, &finding);
  RunPass(context, lines, ReadDocuments(context), collect);
  finding.num_problems = collect.tally().num_quarantined();
  finding.summary = fmt::format("{} records", collect.tally().in);
  for (const auto& [reason, count] : collect.tally().quarantined) {
    finding.summary += fmt::format(", {} {}", count, reason);
  }
  if (collect.tally().in == 0) finding.Problem(fmt::format("{}: holds no record", path));
  return finding;
}

}  // namespace

Finding VerifyDocuments(const std::string& path, const DocumentKeys& keys, RunContext& context) {
  return VerifyRecords(path, keys, context);
}

Finding VerifySideLines(const std::string& path, RunContext& context) {
  return VerifyRecords(path, {"reason", "stage"}, context);
}

}  // namespace owt::verify
