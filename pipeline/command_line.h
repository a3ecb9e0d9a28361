#pragma once

#include <span>
#include <string>
#include <vector>

#include "pipeline/stage.h"

namespace owt {

// `owt COMMAND [OPTIONS] PATHS`: finds the command, reads options and config, resolves inputs and
// output, runs the stage, and writes manifest, stats and summary. Returns the exit code; reports
// errors on stderr. The only place besides the flow that catches.
int RunCommandLine(int argc, char** argv, std::span<const StageEntry> stages);

// One data stage whose options are set: resolves `paths` and `output` (which may be empty) by the
// convention of all data stages, does nothing if the output is up to date, and otherwise runs the
// stage and writes manifest, stats and summary. Throws Error.
void RunDataStage(Stage& stage, std::vector<std::string> paths, std::string output,
                  RunContext& context);

}  // namespace owt
