#include "pipeline/run_data_stage.h"

#include <fmt/format.h>
#include <oneapi/tbb/global_control.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "pipeline/error.h"
#include "pipeline/fd.h"
#include "pipeline/journal.h"
#include "pipeline/log.h"
#include "pipeline/manifest.h"
#include "pipeline/output_file.h"
#include "pipeline/paths.h"
#include "pipeline/progress.h"
#include "pipeline/side_file.h"

namespace owt {
namespace {

// The one convention: INPUT... OUTPUT; one input and no output writes beside it.
void ResolvePaths(const Stage& stage, std::vector<std::string> paths, std::string output,
                  RunContext* context) {
  if (paths.empty()) {
    throw Error(ErrorKind::kUsage,
                fmt::format("no input; use: owt {} INPUT... [OUTPUT], or run it in a corpus "
                            "directory made by owt init",
                            context->stage->name));
  }
  if (output.empty() && paths.size() > 1) {
    if (!context->common.input.empty()) {
      throw Error(ErrorKind::kUsage, "several inputs need an output; name it with --output");
    }
    output = paths.back();
    paths.pop_back();
  }
  if (output.empty()) output = paths[0] == "-" ? "-" : NameBeside(paths[0], context->stage->name);
  context->paths = std::move(paths);
  context->output = std::move(output);
  context->inputs = ExpandInputs(stage.InputPaths(context->paths));
  for (const InputRecord& input : context->inputs) {
    if (input.path == context->output && input.path != "-") {
      throw Error(ErrorKind::kUsage, "this file is both an input and the output", input.path);
    }
  }
}

// Not even --force writes over an input.
void KeepInputs(const Stage& stage, const RunContext& context) {
  if (context.output == "-" || context.output.ends_with('/')) return;
  for (const std::string& path : stage.OutputFiles(context)) {
    if (!FileExists(path)) continue;
    for (const InputRecord& input : context.inputs) {
      std::error_code error;  // stdin is no file
      if (!std::filesystem::equivalent(path, input.path, error)) continue;
      throw Error(ErrorKind::kUsage, "this file is an input, and the output would replace it",
                  path);
    }
  }
}

// Whether the manifest of `output` names `path`. Where the output itself is the file, its
// manifest's name says so; a damaged manifest is one of ours all the same.
bool IsWrittenByUs(const std::string& path, const std::string& output) {
  const std::string manifest_path = ManifestPath(output);
  if (!FileExists(manifest_path)) return false;
  if (path == output) return true;
  try {
    const Manifest manifest = ReadManifest(manifest_path);
    return std::any_of(manifest.outputs.begin(), manifest.outputs.end(),
                       [&](const auto& written) { return NameOf(written.path) == NameOf(path); });
  } catch (const Error&) {
    return true;
  }
}

void RefuseForeignOutput(const Stage& stage, const RunContext& context) {
  const std::string& output = context.output;
  if (output == "-" || output.ends_with('/') || context.common.force) return;
  if (FileExists(Journal::PathFor(output))) return;  // a run died between output and manifest
  for (const std::string& path : stage.OutputFiles(context)) {
    if (!FileExists(path) || IsWrittenByUs(path, output)) continue;
    std::error_code error;
    const bool is_folder = std::filesystem::is_directory(path, error);
    if (is_folder && std::filesystem::is_empty(path, error)) continue;
    throw Error(ErrorKind::kUsage,
                path == output
                    ? "this file exists and was not written by owt; the last path is the output "
                      "(-o names it explicitly, --force replaces it)"
                    : "this file exists and was not written by owt; choose another output, or "
                      "replace it with --force",
                path);
  }
}

// --max-bad N or P%.
bool TooManyBad(const Tally& tally, const std::string& max_bad) {
  std::string_view text = max_bad;
  const bool percent = text.ends_with('%');
  if (percent) text.remove_suffix(1);
  double limit = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (error != std::errc{} || end != text.data() + text.size() || limit < 0) {
    throw Error(ErrorKind::kUsage, fmt::format("--max-bad takes N or P%, not '{}'", max_bad));
  }
  if (percent) limit = static_cast<double>(tally.in) * limit / 100;
  return static_cast<double>(tally.num_quarantined()) > limit;
}

std::string Summary(const RunContext& context, const Timings& timings) {
  const Tally& tally = context.tally;
  std::string reasons;
  for (const auto& [reason, count] : tally.dropped)
    reasons += fmt::format("  {} {}\n", count, reason);
  for (const auto& [reason, count] : tally.quarantined) {
    reasons += fmt::format("  {} {} (quarantined)\n", count, reason);
  }
  for (const auto& [what, count] : tally.noted)
    reasons += fmt::format("  {} {} (noted)\n", count, what);
  const double megabytes = static_cast<double>(tally.bytes_in) / 1e6;
  return fmt::format(
      "owt {}: {} in = {} out + {} dropped + {} quarantined\n{}"
      "owt {}: {:.1f} MB, {:.1f} MB/s, wall {:.2f} s, CPU {:.2f} s, peak {:.0f} MiB -> {}\n",
      context.stage->name, tally.in, tally.out, tally.num_dropped(), tally.num_quarantined(),
      reasons, context.stage->name, megabytes, megabytes / std::max(timings.wall_seconds, 1e-6),
      timings.wall_seconds, timings.user_seconds + timings.system_seconds,
      static_cast<double>(timings.peak_rss_bytes) / 1048576, context.output);
}

// What a killed run would have needed goes when the manifest is there, not before.
void CleanUp(Stage& stage, const RunContext& context) {
  stage.CleanUp(context);
  Journal(context.output, context.fingerprint).Remove();
}

void RunOnce(Stage& stage, std::vector<std::string> paths, std::string output,
             RunContext& context) {
  ResolvePaths(stage, std::move(paths), std::move(output), &context);
  context.output = stage.OutputName(std::move(context.output));
  TooManyBad({}, context.common.max_bad);  // checks the syntax before any work
  context.shard();
  context.fingerprint = Fingerprint(context);
  if (context.common.dry_run) {
    Fd out(dup(STDOUT_FILENO), "standard output");
    for (const InputRecord& input : context.inputs) {
      out.Write(fmt::format("reads {}\n", input.path));
    }
    out.Write(fmt::format("writes {}\n", context.output));
    return;
  }
  if (!context.common.force && IsUpToDate(context)) {
    CleanUp(stage, context);
    context.Say(fmt::format("{} is up to date", context.output));
    return;
  }
  KeepInputs(stage, context);
  RefuseForeignOutput(stage, context);
  Progress progress{std::string(context.stage->name), context.common.quiet};
  context.progress = &progress;
  // oneTBB would take no more threads than there are cores, whatever -j says.
  const oneapi::tbb::global_control threads(oneapi::tbb::global_control::max_allowed_parallelism,
                                            static_cast<size_t>(context.workers()));
  stage.Run(context);
  progress.Stop();
  const Timings timings = ProcessTimings(progress.seconds());
  const std::string manifest = ManifestJson(context, timings);
  if (context.output != "-") WriteFileAtomically(ManifestPath(context.output), manifest);
  CleanUp(stage, context);
  if (!context.common.stats.empty()) WriteFileAtomically(context.common.stats, manifest);
  if (!context.common.quiet) WriteError(Summary(context, timings));
  if (TooManyBad(context.tally, context.common.max_bad)) {
    throw Error(ErrorKind::kRejected,
                fmt::format("{} of {} records are bad, more than --max-bad {}; see {}",
                            context.tally.num_quarantined(), context.tally.in,
                            context.common.max_bad, QuarantinePath(context)));
  }
}

// Runs I = 0 .. N-1, each with an output, a manifest and a journal of its own.
void RunPartitions(Stage& stage, std::vector<std::string> paths, std::string output,
                   RunContext& context) {
  CommonOptions& common = context.common;
  if (output.empty() && paths.size() > 1 && common.input.empty()) {
    output = paths.back();
    paths.pop_back();
  }
  if (output.empty()) throw Error(ErrorKind::kUsage, "--partitions needs the name of an output");
  if (context.shard().count > 1 || !common.quarantine.empty() || !common.dropped.empty() ||
      !common.stats.empty()) {
    throw Error(ErrorKind::kUsage,
                "--partitions goes with none of --shard, --quarantine, --dropped and --stats; run "
                "each part by its own --shard I/N");
  }
  const uint64_t count = stage.partitions();
  for (uint64_t i = 0; i < count; ++i) {
    common.shard = fmt::format("{}/{}", i, count);  // before the copy: the manifest reads it here
    RunContext part = context;
    RunOnce(stage, paths, fmt::format("{}_{}", stage.OutputName(output), i), part);
  }
}

}  // namespace

void RunDataStage(Stage& stage, std::vector<std::string> paths, std::string output,
                  RunContext& context) {
  const std::string named = stage.OutputOption();
  if (!named.empty() && !output.empty() && named != output) {
    throw Error(ErrorKind::kUsage,
                fmt::format("the output is named twice: '{}' and '{}'", named, output));
  }
  if (!named.empty()) output = named;
  if (stage.partitions() > 1) {
    RunPartitions(stage, std::move(paths), std::move(output), context);
  } else {
    RunOnce(stage, std::move(paths), std::move(output), context);
  }
}

}  // namespace owt
