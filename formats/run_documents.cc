#include "formats/run_documents.h"

#include "formats/line_source.h"
#include "formats/stream_sink.h"
#include "pipeline/flow.h"

namespace owt::formats {

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
  std::vector<NamedMap> maps;
  maps.push_back({std::string(context.stage->name), std::move(map)});
  RunDocuments(context, std::move(maps));
}

}  // namespace owt::formats
