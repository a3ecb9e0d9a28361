#include "pipeline/command_line.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <new>
#include <string>
#include <vector>

#include "pipeline/config.h"
#include "pipeline/context.h"
#include "pipeline/error.h"
#include "pipeline/fd.h"
#include "pipeline/help.h"
#include "pipeline/log.h"
#include "pipeline/options_parse.h"
#include "pipeline/output_file.h"
#include "pipeline/progress.h"
#include "pipeline/run_data_stage.h"
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

// [common] is for all stages; what one reads and writes stands in its own section.
void RefuseCommonPaths(const ConfigSection& section, const std::string& path) {
  if (section.name != "common") return;
  for (const ConfigValue& value : section.values) {
    if (value.key != "input" && value.key != "output") continue;
    throw Error(
        ErrorKind::kUsage,
        fmt::format("[common] has no key '{}'; it stands in a command's own section", value.key),
        path, value.line);
  }
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
    RefuseCommonPaths(section, path);
    if (std::find(names.begin(), names.end(), section.name) == names.end()) {
      const std::string nearest = NearestName(section.name, names);
      throw Error(ErrorKind::kUsage,
                  fmt::format("there is no command '{}'{}", section.name,
                              nearest.empty() ? "" : fmt::format("; did you mean '{}'?", nearest)),
                  path, section.line);
    }
    if (section.name == "common" && HasCommonOptions(stage.paths)) {
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
  if (!context.common.input.empty()) line.paths = context.common.input;
  const bool paths_typed = !line.paths.empty();
  context.given = line.given;
  // Where both are given RunDataStage refuses them.
  std::string output =
      context.common.output.empty() ? stage->OutputOption() : context.common.output;
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
