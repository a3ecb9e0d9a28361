#include "stages/dedup/guard.h"

#include <fmt/format.h>

#include "pipeline/error.h"
#include "stages/dedup/background.h"

namespace owt::dedup {
namespace {

constexpr double kFewDocuments = 1000;  // of which the candidates cost nothing

}  // namespace

void TellBackground(const RunContext& context, const Method& method, const std::string& path) {
  for (const Background& one : MeasureBackground(path, context.inputs.size(), method.slots,
                                                 method.geometry, method.threshold)) {
    const bool is_news = one.false_matches >= 1 && one.documents >= kFewDocuments;
    if (!is_news && !context.common.verbose) continue;
    const std::string& source = one.is_all ? "all inputs" : context.inputs[one.source].path;
    context.Say(fmt::format(
        "{}: about {:.0f} documents, unlike ones of a Jaccard index of {:.2f} (99 in 100 below "
        "{:.2f}): {:.1f} candidates of each by chance{}",
        source, one.documents, one.median, one.largest, one.false_matches,
        one.false_matches < 1 ? "" : "; longer shingles or more rows would leave less to check"));
  }
}

void RefusePercolation(const RunContext& context, const Percolation& found, const Method& method,
                       bool refuses) {
  if (found.documents == 0) return;
  const std::string text = fmt::format(
      "a cluster of {} documents, of which {} are less alike than --threshold {} with record {}, "
      "the one to be kept: chains of chance join what does not belong together",
      found.documents, found.unlike, method.threshold, found.kept);
  if (!refuses) return context.Say("warning: " + text);
  throw Error(ErrorKind::kRejected,
              text + "; raise --threshold, take longer shingles, or allow it by --guard warn");
}

}  // namespace owt::dedup
