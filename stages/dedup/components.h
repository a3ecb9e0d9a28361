#pragma once

#include "pipeline/context.h"

namespace owt::dedup {

// The third step of the line protocol (docs/dedup-lines.md): lines ID TAB ID in any order in, for
// each id in them a line
//   ID TAB ROOT
// out, sorted by id; ROOT is the smallest id, by bytes, of those that are connected with it. So the
// result depends on the set of links alone.
//
// Ids are numbered by sorting them (id_numbers.h), connected on numbers alone (union_find.h), and
// named again by two more sorts. Memory: 4 bytes for each id, at most half of --memory, beside two
// sorts with an eighth each. The ledger counts links; "ids", "components" and "redundant_links" are
// noted. Throws Error{kResource} where the ids do not fit, and as FieldLineReader.
void WriteComponents(RunContext& context);

}  // namespace owt::dedup
