#pragma once

#include "pipeline/context.h"
#include "stages/dedup/find_duplicates.h"
#include "stages/dedup/method.h"
#include "stages/dedup/work_folder.h"

namespace owt::dedup {

// Turns the run's work folder into a part of options.index, for later runs. To be called when the
// output is complete; the folder is gone then. Throws Error{kOutput}.
void AddToIndex(const RunContext& context, const Method& method, const FindOptions& options,
                const WorkFolder& folder, const Duplicates& duplicates);

}  // namespace owt::dedup
