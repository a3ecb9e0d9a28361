#pragma once

#include <string>

#include "pipeline/batch.h"
#include "pipeline/context.h"
#include "stages/dedup/document_reader.h"
#include "stages/dedup/keep_rule.h"
#include "stages/dedup/method.h"
#include "stages/dedup/record_set.h"

namespace owt::dedup {

// What the second pass keeps, and of which records. Both sets are sealed, the second is a part of
// the first.
struct Wanted {
  RecordSet facts;
  RecordSet shingles;
};

// The second pass over the input: writes PREFIX.sets and PREFIX.places (set_file.h); resumable.
void CollectSets(RunContext& context, Source& source, const std::string& prefix,
                 const Method& method, const KeepRule& keep, const DocumentReader& reader,
                 const Wanted& wanted);

}  // namespace owt::dedup
