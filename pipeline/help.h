#pragma once

#include <span>
#include <string>

#include "pipeline/options.h"
#include "pipeline/stage.h"

namespace owt {

// All texts that follow from the table of commands and their options.
std::string Overview(std::span<const StageEntry> stages);
std::string ShortHelp(const StageEntry& stage, const OptionSet& options);
std::string LongHelp(const StageEntry& stage, const OptionSet& options);

// The whole reference: as a Markdown table per command, a man page, and shell completions
// ("bash", "zsh" or "fish").
std::string MarkdownReference(std::span<const StageEntry> stages);
std::string ManPage(std::span<const StageEntry> stages);
std::string Completions(std::span<const StageEntry> stages, std::string_view shell);

// The options of a command as it declares them, common ones included; empty for one that is not
// in this build.
OptionSet DeclaredOptions(const StageEntry& stage);

}  // namespace owt
