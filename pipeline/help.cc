#include "pipeline/help.h"

#include <fmt/format.h>

#include "pipeline/context.h"
#include "pipeline/error.h"

namespace owt {
namespace {

std::string UsageLine(const StageEntry& stage) {
  switch (stage.paths) {
    case PathRule::kNone:
      return fmt::format("owt {} [OPTIONS]", stage.name);
    case PathRule::kInputs:
      return fmt::format("owt {} [OPTIONS] INPUT...", stage.name);
    case PathRule::kAddress:
      return fmt::format("owt {} [OPTIONS] ADDRESS [OUTPUT...]", stage.name);
    case PathRule::kInputsToOutput:
      return fmt::format("owt {} [OPTIONS] INPUT... [OUTPUT]", stage.name);
    case PathRule::kRecipe:
      return fmt::format("owt {} [OPTIONS] RECIPE [INPUT... OUTPUT]", stage.name);
  }
  return {};
}

std::string OptionHead(const OptionSpec& spec) {
  std::string head = spec.short_name != 0 ? fmt::format("-{}, ", spec.short_name) : "    ";
  head += "--" + spec.name;
  if (!spec.value_name.empty()) head += " " + spec.value_name;
  return head;
}

std::string Defaults(const OptionSpec& spec) {
  if (spec.value_name.empty() || spec.fallback.empty()) return {};
  return fmt::format(" [{}]", spec.fallback);
}

std::string Head(const StageEntry& stage) {
  std::string text =
      fmt::format("{}: {}\n\nUsage: {}\n", stage.name, stage.summary, UsageLine(stage));
  if (!stage.reads.empty()) text += fmt::format("\n  reads   {}", stage.reads);
  if (!stage.writes.empty()) text += fmt::format("\n  writes  {}", stage.writes);
  if (!stage.reads.empty() || !stage.writes.empty()) text += "\n";
  return text;
}

std::string Options(const OptionSet& options, bool with_details) {
  std::string text, group;
  for (const OptionSpec& spec : options.specs()) {
    if (spec.group != group) text += fmt::format("\n{}:\n", group = spec.group);
    text += fmt::format("  {:<28} {}{}\n", OptionHead(spec), spec.help, Defaults(spec));
    if (!with_details) continue;
    if (!spec.value_name.empty() && spec.range != "any") {
      text += fmt::format("{:31}values: {}\n", "", spec.range);
    }
    if (!spec.detail.empty()) text += fmt::format("{:31}{}\n", "", spec.detail);
  }
  return text;
}

std::string Examples(const OptionSet& options) {
  if (options.examples().empty()) return {};
  std::string text = "\nExamples:\n";
  for (const auto& [command, meaning] : options.examples()) {
    text += fmt::format("  {}\n      {}\n", command, meaning);
  }
  return text;
}

// roff reads a leading dot, a quote and backslashes as commands.
std::string Roff(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";
    else
      out += c;
  }
  if (out.starts_with('.') || out.starts_with('\'')) out.insert(0, "\\&");
  return out;
}

std::string Quoted(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\'')
      out += "'\\''";
    else
      out += c;
  }
  return "'" + out + "'";
}

std::string BashCompletions(std::span<const StageEntry> stages) {
  std::string commands, cases;
  for (const StageEntry& stage : stages) {
    commands += fmt::format("{} ", stage.name);
    std::string words;
    const OptionSet options = DeclaredOptions(stage);
    for (const OptionSpec& spec : options.specs()) words += "--" + spec.name + " ";
    cases += fmt::format("    {}) words=\"{}--help\" ;;\n", stage.name, words);
  }
  return fmt::format(
      "_owt() {{\n  local current=\"${{COMP_WORDS[COMP_CWORD]}}\" words=\"\"\n"
      "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
      "    COMPREPLY=($(compgen -W \"{}help\" -- \"$current\"))\n    return\n  fi\n"
      "  case \"${{COMP_WORDS[1]}}\" in\n{}  esac\n"
      "  case \"$current\" in\n"
      "    -*) COMPREPLY=($(compgen -W \"$words\" -- \"$current\")) ;;\n"
      "    *) COMPREPLY=($(compgen -f -- \"$current\")) ;;\n  esac\n}}\n"
      "complete -o filenames -F _owt owt\n",
      commands, cases);
}

std::string ZshCompletions(std::span<const StageEntry> stages) {
  std::string commands, cases;
  for (const StageEntry& stage : stages) {
    commands += fmt::format("    {}\n", Quoted(fmt::format("{}:{}", stage.name, stage.summary)));
    std::string arguments;
    const OptionSet options = DeclaredOptions(stage);
    for (const OptionSpec& spec : options.specs()) {
      std::string help;
      for (const char c : spec.help) help += c == '[' || c == ']' || c == ':' ? ' ' : c;
      arguments += fmt::format(
          " \\\n        {}",
          Quoted(fmt::format(
              "--{}[{}]{}", spec.name, help,
              spec.value_name.empty() ? "" : fmt::format(":{}:_files", spec.value_name))));
    }
    cases += fmt::format("      {}) _arguments{} '*:file:_files' ;;\n", stage.name, arguments);
  }
  return fmt::format(
      "#compdef owt\n_owt() {{\n  local -a commands=(\n{}  )\n"
      "  if (( CURRENT == 2 )); then\n    _describe command commands\n  else\n"
      "    local command=$words[2]\n    shift words\n    (( CURRENT-- ))\n"
      "    case $command in\n{}    esac\n  fi\n}}\n_owt \"$@\"\n",
      commands, cases);
}

std::string FishCompletions(std::span<const StageEntry> stages) {
  std::string text;
  for (const StageEntry& stage : stages) {
    text += fmt::format("complete -c owt -n __fish_use_subcommand -a {} -d {}\n", stage.name,
                        Quoted(stage.summary));
    const OptionSet options = DeclaredOptions(stage);
    for (const OptionSpec& spec : options.specs()) {
      text += fmt::format("complete -c owt -n '__fish_seen_subcommand_from {}' -l {}{}{} -d {}\n",
                          stage.name, spec.name,
                          spec.short_name == 0 ? "" : fmt::format(" -s {}", spec.short_name),
                          spec.value_name.empty() ? "" : " -r", Quoted(spec.help));
    }
  }
  return text;
}

}  // namespace

OptionSet DeclaredOptions(const StageEntry& stage) {
  OptionSet options;
  if (stage.make == nullptr) return options;
  // The values go away with these; names and texts stay.
  const auto instance = stage.make();
  CommonOptions common;
  DeclareAll(stage, *instance, common, options);
  return options;
}

std::string Overview(std::span<const StageEntry> stages) {
  std::string text = "owt " OWT_VERSION
                     ": from web pages to a clean, deduplicated, tokenized corpus and a "
                     "trained GPT-2\n\nUsage: owt COMMAND [OPTIONS] INPUT... [OUTPUT]\n";
  std::string_view group;
  for (const StageEntry& stage : stages) {
    if (stage.group != group) text += fmt::format("\n{}:\n", group = stage.group);
    text += fmt::format("  {:<16} {}{}\n", stage.name, stage.summary,
                        stage.make == nullptr ? " (not in this build)" : "");
  }
  text +=
      "\nowt COMMAND -h lists a command's options, --help explains them.\n"
      "owt help --markdown|--man|--bash|--zsh|--fish prints the reference or completions.\n"
      "In a corpus directory (owt init DIR) a command without paths takes its predecessor's "
      "output.\n";
  return text;
}

std::string ShortHelp(const StageEntry& stage, const OptionSet& options) {
  return Head(stage) + Options(options, false);
}

std::string LongHelp(const StageEntry& stage, const OptionSet& options) {
  return Head(stage) + Examples(options) + Options(options, true);
}

std::string MarkdownReference(std::span<const StageEntry> stages) {
  std::string text = "# Commands and options\n\nMade by `owt help --markdown`.\n";
  for (const StageEntry& stage : stages) {
    text += fmt::format("\n## {}\n\n{}. `{}`\n", stage.name, stage.summary, UsageLine(stage));
    if (stage.make == nullptr) continue;
    text += "\n| option | values | default | meaning |\n|---|---|---|---|\n";
    const OptionSet options = DeclaredOptions(stage);
    for (const OptionSpec& spec : options.specs()) {
      std::string range = spec.range;
      for (size_t at = 0; (at = range.find('|', at)) != std::string::npos; at += 2) {
        range.insert(at, "\\");
      }
      text += fmt::format("| `--{}` | {} | {} | {}{} |\n", spec.name, range,
                          spec.fallback.empty() ? "" : "`" + spec.fallback + "`", spec.help,
                          spec.detail.empty() ? "" : ". " + spec.detail);
    }
  }
  return text;
}

std::string ManPage(std::span<const StageEntry> stages) {
  std::string text =
      ".TH OWT 1\n.SH NAME\nowt \\- from web pages to a trained GPT\\-2\n"
      ".SH SYNOPSIS\n.B owt\nCOMMAND [OPTIONS] INPUT... [OUTPUT]\n.SH COMMANDS\n";
  for (const StageEntry& stage : stages) {
    text += fmt::format(".SS {}\n{}.\n.br\n.B {}\n", Roff(stage.name), Roff(stage.summary),
                        Roff(UsageLine(stage)));
    const OptionSet options = DeclaredOptions(stage);
    for (const OptionSpec& spec : options.specs()) {
      text += fmt::format(".TP\n.B {}\n{}{}", Roff(OptionHead(spec)), Roff(spec.help),
                          Roff(Defaults(spec)));
      text += spec.detail.empty() ? "\n" : fmt::format(". {}\n", Roff(spec.detail));
    }
  }
  text +=
      ".SH EXIT STATUS\n0 done; 1 failed; 2 usage or configuration, nothing written; 3 done, but "
      "bad records passed \\-\\-max\\-bad or a check failed; 130 interrupted, resumable.\n";
  return text;
}

std::string Completions(std::span<const StageEntry> stages, std::string_view shell) {
  if (shell == "bash") return BashCompletions(stages);
  if (shell == "zsh") return ZshCompletions(stages);
  return FishCompletions(stages);
}

}  // namespace owt
