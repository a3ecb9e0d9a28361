#pragma once

#include <oneapi/tbb/enumerable_thread_specific.h>

#include <memory>
#include <string>

#include "pipeline/transform.h"
#include "stages/filter/judge.h"

namespace owt::filter {

// What is done with what the rules say.
enum class Mode {
  kDrop,   // a text that fails one goes, the others are edited
  kTag,    // every record stays as it is and gets the field `filter`: the rules that failed
  kScore,  // the same with what all rules measured
};

// The step per document.
class FilterMap : public MapTransform {
 public:
  FilterMap(FilterRules rules, Mode mode);

  Verdict Apply(Document& document) const override;
  Explanation Explain(Document& document) const override;

  // What was said of this thread's last document.
  const Judge& last() const { return judges_.local(); }

 private:
  FilterRules rules_;
  Mode mode_;
  mutable oneapi::tbb::enumerable_thread_specific<Judge> judges_;  // scratch
};

// "rule":R,"value":V,"threshold":T
void AppendFinding(const Finding& finding, std::string* out);

}  // namespace owt::filter
