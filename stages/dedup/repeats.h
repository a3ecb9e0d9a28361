#pragma once

#include <cstdint>

#include "stages/dedup/anchors.h"
#include "stages/dedup/record_sorter.h"
#include "stages/dedup/text_store.h"

namespace owt::dedup {

// Which windows of the texts come again, without holding them: from anchors, of which there is one
// for some 26 bytes of text at N = 100, to claims on what is a first copy and what a later one.
//
// Anchors are sorted by their key, then by all bytes of their windows (the hull). Where all anchors
// of a key have the same hull, all windows of the first are first copies, and those of the others
// are later ones: nothing more is to be known. Of other keys every different hull is looked at
// again; the like of it are later copies whatever comes of that. Its windows are taken in blocks by
// the anchor's offset in them, with what all of a block have in common as key: the same again. What
// is in doubt then, a block where hulls cease to be equal, is taken window by window.
//
// Hashes decide here what is worth comparing. Bytes are compared before anything goes (claims.h).

// Places are below 2^43.
inline constexpr unsigned kPlaceBits = 43;

// Windows that are the first ones of their kind and come again, or that were there before: all that
// lie in bytes [begin, end).
struct Claim {
  uint64_t begin = 0;
  uint64_t source = 0;  // where those at `begin` were before; of first ones nothing
  uint64_t end = 0;
  bool is_first = false;

  RecordSorter::Record record() const {
    return {begin, source, (end - begin) << 1 | (is_first ? 1 : 0)};
  }

  static Claim Of(const RecordSorter::Record& record) {
    return {record[0], record[1], record[0] + (record[2] >> 1), (record[2] & 1) != 0};
  }
};

// Step 1: adds the anchors of all texts. Throws Error{kResource} where there are 2^43 bytes.
void SampleTexts(const TextStore& texts, WindowSize size, int workers, RecordSorter* anchors);

// Steps 2 and 4: finishes `alike` (anchors, or blocks); adds claims, and what must be looked at.
void CompareHulls(WindowSize size, RecordSorter* alike, RecordSorter* claims,
                  RecordSorter* in_doubt);

// Step 3: finishes `hulls`; adds their blocks.
void CutBlocks(const TextStore& texts, WindowSize size, RecordSorter* hulls, RecordSorter* blocks);

// Step 5: finishes `blocks`, those in doubt; adds all their windows.
void HashWindows(const TextStore& texts, WindowSize size, RecordSorter* blocks,
                 RecordSorter* windows);

// Step 6: finishes `windows`; adds claims.
void CompareWindows(WindowSize size, RecordSorter* windows, RecordSorter* claims);

}  // namespace owt::dedup
