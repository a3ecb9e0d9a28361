#include "pipeline/command_line.h"

#include <fmt/format.h>
#include <oneapi/tbb/global_control.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <new>
#include <string>
#include <vector>

#include "pipeline/config.h"
#include "pipeline/context.h"
#include "pipeline/error.h"
#include "pipeline/fd.h"
#include "pipeline/help.h"
#include "pipeline/journal.h"
#include "pipeline/log.h"
#include "pipeline/manifest.h"
#include "pipeline/options_parse.h"
#include "pipeline/output_file.h"
#include "pipeline/paths.h"
#include "pipeline/progress.h"
#include "pipeline/side_file.h"
#include "pipeline/signals.h"

namespace owt {
namespace {

// Where a corpus directory says what its stages read and write (`owt init`).
constexpr const char* kCorpusFile = "owt.toml";

void Print(std::string_view text) {
  Fd out(dup(STDOUT_FILENO), "standard output");
  out.Write(text);
}

const StageEntry& FindStage(std::string_view name, std::span<const StageEntry> stages) {
  std::vector<std::string> names;
  for (const StageEntry& stage : stages) {
    if (stage.name == name) return stage;
    names.emplace_back(stage.name);
  }
  if (name.starts_with('-')) {
    throw Error(ErrorKind::kUsage, fmt::format("'{}' stands before the command; options go after "
                                               "it, as in: owt dedup {}",
                                               name, name));
  }
  const std::string nearest = NearestName(name, names);
  throw Error(ErrorKind::kUsage,
              nearest.empty()
                  ? fmt::format("there is no command '{}'; owt help lists them", name)
                  : fmt::format("there is no command '{}'; did you mean '{}'?", name, nearest));
}

// Reads --config FILE, or owt.toml of the folder we are in, into options and paths.
void ReadSettings(const StageEntry& stage, const std::string& config_path, ParsedLine& line,
                  std::span<const StageEntry> stages, OptionSet& options, std::string* output) {
  const std::string path = !config_path.empty()      ? config_path
                           : FileExists(kCorpusFile) ? kCorpusFile
                                                     : "";
  if (path.empty()) return;
  const bool take_paths = stage.paths == PathRule::kInputsToOutput && line.paths.empty();
  std::vector<std::string> names = {"corpus", "common", "stage"};
  for (const StageEntry& entry : stages) names.emplace_back(entry.name);
  for (const ConfigSection& section : ReadConfig(path)) {
    if (std::find(names.begin(), names.end(), section.name) == names.end()) {
      const std::string nearest = NearestName(section.name, names);
      throw Error(ErrorKind::kUsage,
                  fmt::format("there is no command '{}'{}", section.name,
                              nearest.empty() ? "" : fmt::format("; did you mean '{}'?", nearest)),
                  path, section.line);
    }
    if (section.name == "common" && stage.paths == PathRule::kInputsToOutput) {
      ApplyConfig(section, path, line.given, {}, options);
    }
    if (section.name != stage.name) continue;
    ApplyConfig(section, path, line.given, {"input", "output"}, options);
    for (const ConfigValue& value : section.values) {
      if (!take_paths) break;
      if (value.key == "input")
        line.paths.insert(line.paths.begin(), value.values.begin(), value.values.end());
      if (value.key == "output" && output->empty() && value.values.size() == 1)
        *output = value.values[0];
    }
  }
}

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

void RefuseForeignOutput(const RunContext& context) {
  const std::string& output = context.output;
  if (output == "-" || output.ends_with('/') || context.common.force) return;
  if (!FileExists(output) || FileExists(ManifestPath(output))) return;
  if (FileExists(Journal::PathFor(output))) return;  // a run died between output and manifest
  std::error_code error;
  const bool is_folder = std::filesystem::is_directory(output, error);
  if (is_folder && std::filesystem::is_empty(output, error)) return;
  throw Error(ErrorKind::kUsage,
              "this file exists and was not written by owt; the last path is the output (-o names "
              "it explicitly, --force replaces it)",
              output);
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

}  // namespace

void RunDataStage(Stage& stage, std::vector<std::string> paths, std::string output,
                  RunContext& context) {
  ResolvePaths(stage, std::move(paths), std::move(output), &context);
  context.output = stage.OutputName(std::move(context.output));
  TooManyBad({}, context.common.max_bad);  // checks the syntax before any work
  context.shard();
  context.fingerprint = Fingerprint(context);
  if (context.common.dry_run) {
    for (const InputRecord& input : context.inputs) Print(fmt::format("reads {}\n", input.path));
    Print(fmt::format("writes {}\n", context.output));
    return;
  }
  if (!context.common.force && IsUpToDate(context)) {
    CleanUp(stage, context);
    context.Say(fmt::format("{} is up to date", context.output));
    return;
  }
  RefuseForeignOutput(context);
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

namespace {

void RunStage(const StageEntry& entry, std::span<const std::string> words,
              std::span<const StageEntry> stages) {
  if (entry.make == nullptr) {
    throw Error(ErrorKind::kUsage,
                fmt::format("'{}' is not in this build: it needs {}", entry.name, entry.needs));
  }
  const auto stage = entry.make();
  OptionSet options;
  RunContext context;
  context.stage = &entry;
  context.stages = stages;
  context.options = &options;
  DeclareAll(entry, *stage, context.common, options);
  ParsedLine line = ParseArguments(words, options);
  if (line.short_help || line.long_help) {
    Print(line.long_help ? LongHelp(entry, options) : ShortHelp(entry, options));
    return;
  }
  const bool paths_typed = !line.paths.empty();
  std::string output = context.common.output;
  ReadSettings(entry, context.common.config, line, stages, options, &output);
  if (entry.paths == PathRule::kInputsToOutput) {
    if (!paths_typed && !line.paths.empty())
      context.Say(fmt::format("{} -> {}", fmt::join(line.paths, " "), output));
    RunDataStage(*stage, line.paths, output, context);
    return;
  }
  if (entry.paths == PathRule::kNone && paths_typed) {
    throw Error(ErrorKind::kUsage,
                fmt::format("'{}': {} takes no paths", line.paths[0], entry.name));
  }
  context.paths = line.paths;
  Progress progress{std::string(entry.name), true};
  context.progress = &progress;
  stage->Run(context);
}

void PrintReference(std::span<const std::string> words, std::span<const StageEntry> stages) {
  if (words.empty()) return Print(Overview(stages));
  const std::string& what = words[0];
  if (what == "--markdown") return Print(MarkdownReference(stages));
  if (what == "--man") return Print(ManPage(stages));
  if (what == "--bash" || what == "--zsh" || what == "--fish") {
    return Print(Completions(stages, what.substr(2)));
  }
  const StageEntry& stage = FindStage(what, stages);
  Print(LongHelp(stage, DeclaredOptions(stage)));
}

}  // namespace

int RunCommandLine(int argc, char** argv, std::span<const StageEntry> stages) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  const std::string name = words.empty() ? "" : words[0];
  try {
    InstallSignalHandlers();
    if (words.empty()) {
      WriteError(Overview(stages));
      return ExitCode(ErrorKind::kUsage);
    }
    const auto rest = std::span(words).subspan(1);
    if (name == "help" || name == "--help" || name == "-h") {
      PrintReference(rest, stages);
    } else if (name == "--version" || name == "-V") {
      Print("owt " OWT_VERSION "\n");
    } else {
      RunStage(FindStage(name, stages), rest, stages);
    }
    return 0;
  } catch (const Error& error) {
    if (error.error_number() == EPIPE) return 0;
    WriteError(fmt::format("owt {}: {}\n", name, error.what()));
    return ExitCode(error.kind());
  } catch (const std::bad_alloc&) {
    WriteError(fmt::format("owt {}: out of memory; give a smaller --memory or -j\n", name));
  } catch (const std::exception& error) {
    WriteError(fmt::format("owt {}: internal error: {}; please report this\n", name, error.what()));
  }
  return 1;
}

}  // namespace owt
