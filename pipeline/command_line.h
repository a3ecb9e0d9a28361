#pragma once

#include <span>

#include "pipeline/stage.h"

namespace owt {

// `owt COMMAND [OPTIONS] PATHS`: finds the command, reads options and config, resolves inputs and
// output, runs the stage, and writes manifest, stats and summary. Returns the exit code; reports
// errors on stderr. The only place besides the flow that catches.
int RunCommandLine(int argc, char** argv, std::span<const StageEntry> stages);

}  // namespace owt
