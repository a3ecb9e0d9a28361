#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/context.h"

namespace owt::why {

// The document that is asked for: the records whose `field` is `value`, a text or a number as it
// stands in the file. In a URL list, the lines that are `value` up to a tab.
struct Query {
  std::string field, value;

  bool Means(std::string_view line) const;

  // The same for a line of a side file (pipeline/side_file.h), by the record in it.
  bool MeansRecordOf(std::string_view side_line) const;
};

// "too_large (in.jsonl, byte 4096)" for a line of a side file.
std::string ReasonOf(std::string_view side_line);

struct FoundRecord {
  std::string path;
  uint64_t offset = 0;  // of the line in the decoded file
  std::string line;
};

// The first line of these files that is meant, for the caller's kind of line. Files that are not
// there have none. Reads at the speed of a search for bytes: only lines that hold the longest part
// of the value that JSON never escapes are looked at.
using Matches = bool (Query::*)(std::string_view line) const;
std::optional<FoundRecord> FindRecord(const std::vector<std::string>& paths, const Query& query,
                                      Matches matches, RunContext& context);

}  // namespace owt::why
