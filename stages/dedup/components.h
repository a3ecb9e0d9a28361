#pragma once

#include "pipeline/context.h"

namespace owt::dedup {

// The third step of the line protocol (docs/dedup-lines.md): lines ID TAB ID in any order in, for
// each id that is connected with a smaller one a line
//   ID TAB ROOT
// out, sorted by id; ROOT is the smallest id, by bytes, of all that are connected with it. The
// roots themselves have no line. The result depends on the set of links alone.
//
// Ids are numbered by sorting them (id_numbers.h), connected on numbers alone (union_find.h), and
// named again by two more sorts. Memory: 4 bytes for each id, at most half of --memory, beside two
// sorts with an eighth each. The ledger counts links; those that connect what was connected already
// are noted as "merged" (no line stands for them), beside "components". Throws Error{kResource}
// where the ids do not fit, and as LineReader.
void WriteComponents(RunContext& context);

}  // namespace owt::dedup
