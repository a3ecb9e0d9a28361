#pragma once

#include <string>
#include <vector>

#include "pipeline/context.h"
#include "pipeline/stage.h"

namespace owt {

// One data stage whose options are set: resolves `paths` and `output` (which may be empty) by the
// convention of all data stages, does nothing if the output is up to date, and otherwise runs the
// stage and writes manifest, stats and summary; of a stage in partitions all that for each. Throws
// Error.
void RunDataStage(Stage& stage, std::vector<std::string> paths, std::string output,
                  RunContext& context);

}  // namespace owt
