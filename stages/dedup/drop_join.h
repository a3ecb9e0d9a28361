#pragma once

#include "pipeline/batch.h"
#include "pipeline/context.h"
#include "stages/dedup/document_reader.h"
#include "stages/dedup/drop_documents.h"
#include "stages/dedup/drop_list.h"
#include "stages/dedup/record_sorter.h"

namespace owt::dedup {

// Finds the documents of `source` that are on a list that does not fit into memory: adds for each
// {its PartPlace's number, the name's place << PartPlace::kPartBits, 0} to `removals`, as
// RemovalSource wants them (part_passes.h), and finishes it. `source` must count lines. Reads the
// list. Throws Error{kResource} beyond 2^40 records or bytes of names.
void JoinWithList(RunContext& context, Source& source, const DropRule& rule,
                  const DocumentReader& reader, DropList* list, RecordSorter* removals);

}  // namespace owt::dedup
