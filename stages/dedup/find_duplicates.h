#pragma once

#include <memory>
#include <string>
#include <vector>

#include "pipeline/context.h"
#include "stages/dedup/copies.h"
#include "stages/dedup/document_reader.h"
#include "stages/dedup/index_part.h"
#include "stages/dedup/keep_rule.h"
#include "stages/dedup/method.h"
#include "stages/dedup/removals.h"
#include "stages/dedup/work_folder.h"

namespace owt::dedup {

// Which documents are compared with which, where there is an index.
enum class Compared {
  kBoth,  // the run's own with each other and with old ones
  kOld,   // with old ones alone
  kOwn,   // with each other alone
};

// What is found, and how it is told.
struct FindOptions {
  Measure measure = Measure::kJaccard;
  KeepRule keep = KeepRule("first");
  bool names_urls = false;  // the addresses of kept documents will be asked for
  bool refuses_percolation = true;
  Compared compared = Compared::kBoth;
  std::string index;  // a folder; empty: there is none
  bool adds_to_index = true;
  RecordSorter* pairs = nullptr;  // gets all pairs (pair_writer.h), and nothing is decided
};

// What is known when the documents can be copied. Reading is thread-safe.
struct Duplicates {
  OldDocuments old;  // in front of the run's own: record i of its input is document old.size() + i
  IndexPart own;
  std::vector<RecordSet> facts;  // of which documents there are, by part
  UnionFind clusters;
  std::unique_ptr<Copies> copies;
  std::unique_ptr<SetFile> sets;  // null where there are none
  std::unique_ptr<Removals> removals;

  // Empty where it is not known.
  std::string UrlOf(uint32_t document) const;

  // The run's own documents that are no copies: of them an index keeps the shingles. Not sealed.
  RecordSet Comparable() const;
};

// Where the files of a run with these options are kept until it is on record.
std::string WorkFolderOf(const RunContext& context, const FindOptions& options);

// Two passes over the whole input, also for a shard: one signs every document, one keeps the
// shingles of those that may be alike. Between and behind them, on numbers alone and out of core:
// copies, candidates, verified edges, clusters. Each step keeps within --memory but for what
// Error{kResource} says, about 4.6 bytes a record. Throws Error{kRejected} at a percolated cluster.
std::unique_ptr<Duplicates> FindDuplicates(RunContext& context, const Method& method,
                                           const FindOptions& options, const DocumentReader& reader,
                                           const WorkFolder& folder);

}  // namespace owt::dedup
