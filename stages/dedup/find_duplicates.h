#pragma once

#include <memory>
#include <string>

#include "pipeline/context.h"
#include "stages/dedup/copies.h"
#include "stages/dedup/document_reader.h"
#include "stages/dedup/keep_rule.h"
#include "stages/dedup/method.h"
#include "stages/dedup/removals.h"
#include "stages/dedup/set_file.h"
#include "stages/dedup/work_folder.h"

namespace owt::dedup {

// What is found, and how it is told.
struct FindOptions {
  Measure measure = Measure::kJaccard;
  KeepRule keep = KeepRule("first");
  bool names_urls = false;  // the addresses of kept documents will be asked for
  bool refuses_percolation = true;
};

// What is known when the documents can be copied. Reading is thread-safe.
struct Duplicates {
  UnionFind clusters;
  Copies copies;
  RecordSet facts;                // of which documents there are
  std::unique_ptr<SetFile> sets;  // null where there are none
  std::unique_ptr<Removals> removals;

  // Empty where it is not known.
  std::string UrlOf(uint32_t document) const;
};

// Two passes over the whole input, also for a shard: one signs every document, one keeps the
// shingles of those that may be alike. Between and behind them, on numbers alone and out of core:
// copies, candidates, verified edges, clusters. Each step keeps within --memory but for what
// Error{kResource} says, about 4.6 bytes a record. Throws Error{kRejected} at a percolated cluster.
std::unique_ptr<Duplicates> FindDuplicates(RunContext& context, const Method& method,
                                           const FindOptions& options, const DocumentReader& reader,
                                           const WorkFolder& folder);

}  // namespace owt::dedup
