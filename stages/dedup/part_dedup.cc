#include "stages/dedup/part_dedup.h"

#include <oneapi/tbb/task_arena.h>

#include "formats/explained_sink.h"
#include "formats/line_source.h"
#include "pipeline/error.h"
#include "pipeline/flow.h"
#include "pipeline/output_file.h"
#include "stages/dedup/filter.h"
#include "stages/dedup/part_passes.h"
#include "stages/dedup/record_sorter.h"
#include "stages/dedup/whole_input.h"

namespace owt::dedup {
void DedupParts(RunContext& context, const PartRules& rules, const std::string& explain_path) {
  const DocumentReader reader(context);
  const std::string folder = context.output == "-" ? "" : FolderOf(context.output);
  const uint64_t memory = context.memory_bytes() / 4;  // each of two, beside batches
  RecordSorter removals(folder, memory);
  RecordRange range;
  {
    RecordSorter keys(folder, memory);
    formats::LineSource source = WholeInput(context);
    range = ShardOf(context, CollectParts(context, source, rules, reader, &keys));
    oneapi::tbb::task_arena arena(context.workers());
    arena.execute([&] { FindRepetitions(rules, &keys, &removals); });
  }
  formats::LineSource lines = WholeInput(context);
  RangeSource ours(&lines, range);
  RemovalSource source(&ours, &removals);
  const PartTransform transform(context, rules, reader, range, !explain_path.empty(), &source);
  formats::ExplainedSink sink(context, explain_path);
  RunFlow(context, source, transform, sink);
}

void PartOptions::Declare(OptionSet& options) {
  options.Group("Lines and paragraphs")
      .Flag("lines", &lines_, "take lines out that were there before, in any document")
      .Detail(
          "Instead of whole documents. Lines are the same where they are in small letters, with "
          "one blank for each white space. A document of which nothing is left is dropped.")
      .Flag("paragraphs", &paragraphs_, "the same with paragraphs: lines between blank lines")
      .Integer("min-count", &rules_.min_count, 2, 1000000, "what is there so often is a repetition")
      .Integer("keep-count", &rules_.keep, 0, 1000000, "so many of it stay, the first ones")
      .Integer("min-chars", &rules_.min_chars, 1, 1000000, "what has fewer characters stays");
}

PartRules PartOptions::Make() const {
  if (lines_ && paragraphs_) {
    throw Error(ErrorKind::kUsage, "--lines and --paragraphs are two runs, one after the other");
  }
  PartRules rules = rules_;
  rules.unit = lines_ ? PartUnit::kLine : PartUnit::kParagraph;
  return rules;
}

}  // namespace owt::dedup
