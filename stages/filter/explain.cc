#include "stages/filter/explain.h"

#include <fmt/format.h>

#include "stages/filter/filter_map.h"

namespace owt::filter {

void AppendOutcome(const Judge& judge, const Document& document, const Verdict& verdict,
                   std::string* members) {
  if (!verdict.keep()) {
    *members += "\"outcome\":\"dropped\",";
    AppendFinding(judge.findings().first_failed(), members);
    return;
  }
  const auto& changes = judge.changes().list();
  if (!document.changed() || changes.empty()) return;  // a bucket is no change of the text
  *members += "\"outcome\":\"changed\",\"changes\":[";
  for (const Change& change : changes) {
    *members += fmt::format(R"({{"rule":"{}","count":{},"position":{}}},)", change.rule,
                            change.count, change.position);
  }
  members->back() = ']';
}

}  // namespace owt::filter
