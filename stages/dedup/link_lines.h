#pragma once

#include "pipeline/context.h"

namespace owt::dedup {

// The second step of the line protocol (docs/dedup-lines.md): sorted lines KEY TAB ID in, for each
// id but the smallest of its key a line
//   ID TAB SMALLEST
// out, in the order of the input. As whole lines are sorted, the smallest id of a key is its first:
// nothing but one line is held, however many share a key.
//
// Of the lines that came in, those that begin a key are dropped as "first_of_key", and those that
// repeat the line before them (or an id with itself) as "repeated". Resumable. Throws Error{kInput}
// for lines that are not sorted by bytes, are cut off, or are no such lines.
void WriteLinkLines(RunContext& context);

}  // namespace owt::dedup
