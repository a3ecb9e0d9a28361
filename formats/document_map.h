#pragma once

#include <functional>
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

// Appends members of a JSON object (`"a":1,"b":2`) that say what a map did to a document, whose
// text was `original` before; nothing where there is nothing to say.
using ExplainDocument = std::function<void(std::string_view original, const Document& document,
                                           const Verdict& verdict, std::string* members)>;

// Applies maps to every record of a batch of jsonl: one parse, N maps, one write. With several maps
// a reason is "STAGE:reason". With `explain` each record of which that has something to say has a
// line in BatchResult::aux, in the order of the input:
//   {"file":F,"offset":N,"url":U,MEMBERS}
// `offset` counts decoded bytes of the file.
class DocumentMap : public BatchTransform {
 public:
  // `context` must outlive the map.
  DocumentMap(const RunContext& context, std::vector<NamedMap> maps, ExplainDocument explain = {});

  void Apply(const Batch& batch, BatchResult* result) const override;

 private:
  Verdict Ask(Document* document) const;
  void Explain(const Batch& batch, size_t begin, std::string_view original,
               const Document& document, const Verdict& verdict, std::string* out) const;
  std::string_view ReasonFor(const NamedMap& map, std::string_view reason) const;

  const RunContext& context_;
  DocumentKeys keys_;
  std::vector<NamedMap> maps_;
  ExplainDocument explain_;
  mutable std::mutex mutex_;
  mutable std::set<std::string, std::less<>> reasons_;  // guarded by mutex_; never shrinks
};

}  // namespace owt::formats
