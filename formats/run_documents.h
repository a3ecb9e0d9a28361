#pragma once

#include <vector>

#include "formats/document_map.h"
#include "pipeline/batch.h"
#include "pipeline/context.h"

namespace owt::formats {

// The usual runs of a data stage, from the run's inputs to its output.

// Lines in, lines out.
void RunLines(RunContext& context, const BatchTransform& transform,
              std::string part_suffix = ".jsonl.zst");

// jsonl in, jsonl out, through maps in this order.
void RunDocuments(RunContext& context, std::vector<NamedMap> maps);

// The same for the one map of a stage.
void RunDocuments(RunContext& context, std::unique_ptr<MapTransform> map);

}  // namespace owt::formats
