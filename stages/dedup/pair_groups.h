#pragma once

#include "pipeline/context.h"

namespace owt::dedup {

// What Megatron-LM's group_duplicate_url.py does: lines of pairs in (pair_lines.h), lines of groups
// out. The addresses of a line, those with a similarity below `threshold` left out, are one group,
// and groups that share an address are one. A group has the number that it has there: each line
// whose addresses are all new begins the next group, and where groups meet the one of the line's
// first known address takes the others in. Groups of one address are not written.
//
// There the order within a group is that of a Python set, another in every run, and with it the
// address that remove_group_duplicates.py keeps. Here addresses are in the order in which the input
// names them first.
//
// Memory: 9 bytes for each address, at most half of --memory, beside two sorts with an eighth each.
// The ledger counts lines; those without a group of their own are noted as "merged". Throws
// Error{kInput} for what is no such line, Error{kResource} where the addresses do not fit.
void GroupPairs(RunContext& context, double threshold);

}  // namespace owt::dedup
