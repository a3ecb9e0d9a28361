#pragma once

#include "pipeline/context.h"
#include "stages/dedup/document_reader.h"
#include "stages/dedup/record_sorter.h"

namespace owt::dedup {

// A pair of documents, by their numbers in the input, for WritePairs.
RecordSorter::Record PairRecord(uint32_t first, uint32_t second, double similarity);

// What Megatron-LM's find_duplicates.py writes (pair_lines.h), of pairs found elsewhere: for each
// document that is the first of pairs a line with its address, in the order of the input, and in it
// the second ones in their order. Reads the input once more for the addresses; three sorts have an
// eighth of --memory each.
//
// `pairs` holds PairRecords, each pair once, and is finished. The ledger counts documents; those
// that begin no line are dropped: "no_pair", "second_of_pair", or "no_url" where one that is in a
// pair has no address. Such a pair is left out.
void WritePairs(RunContext& context, const DocumentReader& reader, RecordSorter* pairs);

}  // namespace owt::dedup
