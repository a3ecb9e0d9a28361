#pragma once

#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "formats/document.h"
#include "pipeline/batch.h"
#include "pipeline/context.h"
#include "pipeline/transform.h"

namespace owt::formats {

// Calls `on_line(begin, end)` for every line of the batch that is not blank, as indexes without
// the line's end.
template <class OnLine>
void ForEachLine(std::string_view bytes, OnLine on_line) {
  for (size_t begin = 0; begin < bytes.size();) {
    size_t end = bytes.find('\n', begin);
    if (end == std::string_view::npos) end = bytes.size();
    const std::string_view line = bytes.substr(begin, end - begin);
    if (line.find_first_not_of(" \t\r") != std::string_view::npos) on_line(begin, end);
    begin = end + 1;
  }
}

// A map with the name of its stage.
struct NamedMap {
  std::string stage;
  std::unique_ptr<MapTransform> map;
};

// Applies maps to every record of a batch of jsonl: one parse, N maps, one write. With several maps
// a reason is "STAGE:reason".
class DocumentMap : public BatchTransform {
 public:
  DocumentMap(const RunContext& context, std::vector<NamedMap> maps);

  void Apply(const Batch& batch, BatchResult* result) const override;

 private:
  std::string_view ReasonFor(const NamedMap& map, std::string_view reason) const;

  DocumentKeys keys_;
  std::vector<NamedMap> maps_;
  mutable std::mutex mutex_;
  mutable std::set<std::string, std::less<>> reasons_;  // guarded by mutex_; never shrinks
};

}  // namespace owt::formats
