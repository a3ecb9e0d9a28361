#include "stages/dedup/substring_dedup.h"

#include <fmt/format.h>
#include <oneapi/tbb/task_arena.h>

#include <algorithm>
#include <memory>

#include "formats/explained_sink.h"
#include "pipeline/error.h"
#include "pipeline/flow.h"
#include "pipeline/output_file.h"
#include "stages/dedup/claims.h"
#include "stages/dedup/repeats.h"
#include "stages/dedup/substring_passes.h"
#include "stages/dedup/whole_input.h"

namespace owt::dedup {
namespace {

// From texts to cuts. At most three sorters are alive, each with a quarter of the memory.
void FindCuts(const TextStore& texts, WindowSize size, const std::string& folder, uint64_t memory,
              int workers, text::ScratchFile* cuts) {
  const auto make_sorter = [&] { return std::make_unique<RecordSorter>(folder, memory / 4); };
  const auto claims = make_sorter();
  auto alike = make_sorter();
  auto in_doubt = make_sorter();
  SampleTexts(texts, size, workers, alike.get());
  CompareHulls(size, alike.get(), claims.get(), in_doubt.get());
  alike = make_sorter();
  CutBlocks(texts, size, in_doubt.get(), alike.get());
  in_doubt = make_sorter();
  CompareHulls(size, alike.get(), claims.get(), in_doubt.get());
  alike = make_sorter();
  HashWindows(texts, size, in_doubt.get(), alike.get());
  in_doubt.reset();
  CompareWindows(size, alike.get(), claims.get());
  alike.reset();
  claims->Finish();
  ClaimSweep sweep(texts, size, cuts);
  for (RecordSorter::Record record; claims->Next(&record);) sweep.Take(Claim::Of(record));
  sweep.Finish();
}

}  // namespace

void DedupSubstrings(RunContext& context, size_t window_bytes, const std::string& explain_path) {
  const WindowSize size(window_bytes);
  const DocumentReader reader(context);
  const std::string folder = context.output == "-" ? "" : FolderOf(context.output);
  const uint64_t memory = context.memory_bytes();
  text::ScratchFile cuts(folder, static_cast<size_t>(std::min<uint64_t>(memory / 16, 1 << 20)));
  RecordRange range;
  {
    TextStore texts(folder, memory / 16);
    formats::LineSource source = WholeInput(context);
    range = ShardOf(context, StoreTexts(context, source, size, reader, &texts));
    oneapi::tbb::task_arena arena(context.workers());
    arena.execute([&] { FindCuts(texts, size, folder, memory, context.workers(), &cuts); });
  }
  cuts.FinishWriting();
  formats::LineSource lines = WholeInput(context);
  RangeSource ours(&lines, range);
  CutSource source(&ours, &cuts);
  const CutTransform transform(context, reader, range, !explain_path.empty(), &source);
  formats::ExplainedSink sink(context, explain_path);
  RunFlow(context, source, transform, sink);
}

void SubstringOptions::Declare(OptionSet& options) {
  options.Group("Substrings")
      .Integer("substrings", &window_bytes_, 0, WindowSize::kMax,
               "take out what was there before and has N bytes or more; 100")
      .Detail(
          "Instead of whole documents; 0: off. 100 is what most people take, 32 the least. Every "
          "run of N bytes that the documents have more than once is whole in the output once: "
          "docs/dedup-substrings.md.");
}

size_t SubstringOptions::window_bytes() const {
  if (window_bytes_ < WindowSize::kMin) {
    throw Error(ErrorKind::kUsage,
                fmt::format("--substrings {} is too short; it takes {} to {} bytes, as 100",
                            window_bytes_, WindowSize::kMin, WindowSize::kMax));
  }
  return window_bytes_;
}

}  // namespace owt::dedup
