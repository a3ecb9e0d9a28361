#include "formats/run_documents.h"

#include <utility>

#include "formats/explained_sink.h"
#include "formats/line_source.h"
#include "formats/stream_sink.h"
#include "pipeline/flow.h"

namespace owt::formats {
namespace {

std::vector<NamedMap> OneMap(const RunContext& context, std::unique_ptr<MapTransform> map) {
  std::vector<NamedMap> maps;
  maps.push_back({std::string(context.stage->name), std::move(map)});
  return maps;
}

}  // namespace

void RunLines(RunContext& context, const BatchTransform& transform, std::string part_suffix) {
  LineSource source(context);
  StreamSink sink(context, std::move(part_suffix));
  RunFlow(context, source, transform, sink);
}

void RunDocuments(RunContext& context, std::vector<NamedMap> maps) {
  const DocumentMap transform(context, std::move(maps));
  RunLines(context, transform);
}

void RunDocuments(RunContext& context, std::unique_ptr<MapTransform> map) {
  RunDocuments(context, OneMap(context, std::move(map)));
}

void RunExplained(RunContext& context, std::unique_ptr<MapTransform> map, std::string explain_path,
                  ExplainDocument explain) {
  LineSource source(context);
  const DocumentMap transform(context, OneMap(context, std::move(map)), std::move(explain));
  ExplainedSink sink(context, std::move(explain_path));
  RunFlow(context, source, transform, sink);
}

}  // namespace owt::formats
