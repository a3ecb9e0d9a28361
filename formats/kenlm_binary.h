#pragma once

#include <string>
#include <string_view>

#include "formats/ngram_tables.h"

namespace owt::formats {

// The layout of KenLM's binary files of probing hash tables (version 5, as build_binary writes them
// unless told to make a trie), little endian:
//   "mmap lm http://kheafield.com/code format version 5\n", NULs up to 56 bytes
//   f32 0, 1, -0.5; u32 1, 2^32 - 1, 0; u64 1: a test of the machine
//   u8 order, f32 multiplier, u32 type of model (0), u8 with words, u32 version (0): 20 bytes with
//   the padding of C
//   u64 number of n-grams of each order; padding to 8 bytes
//   u32 version (0), u32 number of words; table of words
//   f32 probability, f32 backoff of <unk> and each word, and of one word more
//   table of each order from 2 up to the highest
//   the words, each with a NUL, <unk> first, if there are any
// A table of n entries (ngram_tables.h) has max(n + 1, multiplier * n) buckets.

// True for what begins as such a file does, of whatever type and version.
bool IsKenlmBinary(std::string_view head);

// How many bytes IsKenlmBinary wants to see.
inline constexpr size_t kKenlmMagicBytes = 33;

// Finds the tables in `bytes`, which must outlive them. Checks all sizes and every id, which reads
// the table of words; n-grams are read as texts ask for them. Throws Error{kInput} that names
// `file` where it is of another type (a trie) or not this layout.
NgramTables ParseKenlmBinary(std::string_view bytes, const std::string& file);

}  // namespace owt::formats
