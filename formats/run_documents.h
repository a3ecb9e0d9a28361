#pragma once

#include <memory>
#include <string>
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

// The same with what `explain` says of each record in a file of its own (explained_sink.h).
void RunExplained(RunContext& context, std::unique_ptr<MapTransform> map, std::string explain_path,
                  ExplainDocument explain);

}  // namespace owt::formats
