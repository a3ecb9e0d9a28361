#include "pipeline/context.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <thread>

#include "pipeline/error.h"
#include "pipeline/log.h"
#include "pipeline/signals.h"

namespace owt {
namespace {

// A batch lives as input, as output and as what the codec needs in between.
constexpr uint64_t kCopiesPerBatch = 3;

uint64_t ParseCount(std::string_view text, std::string_view what) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) {
    throw Error(ErrorKind::kUsage, fmt::format("--{}: '{}' is not a whole number", what, text));
  }
  return value;
}

}  // namespace

void CommonOptions::Declare(OptionSet& options, bool with_input) {
  options.Group("Common options");
  if (with_input) {
    options.List("input", &input, "PATH", "the inputs; without it the paths are")
        .Detail("Takes all words up to the next option, and so does every list then.")
        .RunOnly();
  }
  options.Text("output", &output, "PATH", "the output; without it the last path is")
      .Short('o')
      .RunOnly()
      .Integer("workers", &workers, 0, 4096, "threads; 0 takes one per core")
      .Short('j')
      .RunOnly()
      .Size("memory", &memory_bytes, "memory bound; 0 takes a quarter of the machine's")
      .RunOnly()
      .Integer("seed", &seed, 0, INT64_MAX, "seed of everything random")
      .Text("shard", &shard, "I/N", "work on part I (from 0) of N of the input")
      .Detail(
          "Plain files are split by bytes on record boundaries, compressed files as a whole. "
          "The N outputs together hold what one run would have written.")
      .Text("text-key", &text_key, "KEY", "field that holds the text")
      .Text("url-key", &url_key, "KEY", "field that holds the address")
      .Size("part-size", &part_bytes, "uncompressed bytes per part when OUTPUT ends in /")
      .Size("max-record", &max_record_bytes, "records above this size are quarantined")
      .Size("batch-size", &batch_bytes, "bytes per batch; 0 chooses from memory and workers")
      .RunOnly();
  options.Group("Accounting")
      .Text("quarantine", &quarantine, "FILE", "bad records; default OUTPUT.quarantine.jsonl")
      .Text("dropped", &dropped, "FILE", "also write dropped records with their reasons")
      .Text("max-bad", &max_bad, "N|P%", "more bad records than this end in exit code 3")
      .Text("stats", &stats, "FILE", "write the summary as JSON")
      .RunOnly();
  options.Group("Running")
      .Size("checkpoint-every", &checkpoint_bytes, "bytes after which a killed run can go on")
      .RunOnly()
      .Flag("resume", &resume, "fail rather than start over if no run can be resumed")
      .RunOnly()
      .Flag("force", &force, "run even if the output is up to date; replace any file")
      .RunOnly()
      .Flag("dry-run", &dry_run, "say what would be read and written, and stop")
      .RunOnly()
      .Flag("quiet", &quiet, "no progress, no summary")
      .Short('q')
      .RunOnly()
      .Flag("verbose", &verbose, "name every input file")
      .Short('v')
      .RunOnly();
}

void DeclareAll(const StageEntry& entry, Stage& stage, CommonOptions& common, OptionSet& options) {
  stage.Declare(options);
  if (HasCommonOptions(entry.paths)) {
    common.Declare(options, entry.paths == PathRule::kInputsToOutput);
  }
  options.Group("Settings")
      .Text("config", &common.config, "FILE", "TOML settings; default owt.toml if it is there")
      .RunOnly();
}

std::vector<std::string> Stage::OutputFiles(const RunContext& context) const {
  return {context.output};
}

int RunContext::workers() const {
  if (common.workers > 0) return common.workers;
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

uint64_t RunContext::memory_bytes() const {
  if (common.memory_bytes > 0) return common.memory_bytes;
  const auto pages = static_cast<uint64_t>(sysconf(_SC_PHYS_PAGES));
  return pages * static_cast<uint64_t>(sysconf(_SC_PAGESIZE)) / 4;
}

Shard RunContext::shard() const {
  const std::string_view text = common.shard;
  const size_t slash = text.find('/');
  if (slash == std::string_view::npos) {
    throw Error(ErrorKind::kUsage, fmt::format("--shard takes I/N, not '{}'", text));
  }
  const Shard shard{ParseCount(text.substr(0, slash), "shard"),
                    ParseCount(text.substr(slash + 1), "shard")};
  if (shard.count == 0 || shard.index >= shard.count) {
    throw Error(ErrorKind::kUsage, fmt::format("--shard {}: I counts from 0 and is below N", text));
  }
  return shard;
}

size_t RunContext::batch_bytes() const {
  if (common.batch_bytes > 0) return static_cast<size_t>(common.batch_bytes);
  const uint64_t per_worker =
      memory_bytes() / (kCopiesPerBatch * 2 * static_cast<uint64_t>(workers() + 1) * 2);
  return static_cast<size_t>(std::clamp<uint64_t>(per_worker, 64 << 10, 1 << 20));
}

size_t RunContext::max_batches() const {
  // The worst case is a record of the largest size in every batch.
  const uint64_t largest = std::max<uint64_t>(common.max_record_bytes, batch_bytes());
  const uint64_t fit = memory_bytes() / (kCopiesPerBatch * largest);
  return static_cast<size_t>(
      std::clamp<uint64_t>(fit, 1, 2 * static_cast<uint64_t>(workers()) + 1));
}

bool RunContext::cancelled() const { return Cancelled(); }

void RunContext::Say(std::string_view line) const {
  if (!common.quiet) WriteError(fmt::format("owt {}: {}\n", stage->name, line));
}

}  // namespace owt
