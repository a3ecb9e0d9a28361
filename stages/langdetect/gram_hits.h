#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "stages/langdetect/cld2_tables.h"
#include "stages/langdetect/script_spans.h"

namespace owt::langdetect {

// The langs of a gram that a table has, and where in the span it stands.
struct GramHit {
  uint32_t langs;
  uint16_t offset;
  bool distinct;  // of a word or pair that speaks for one language beyond its chunk
};

// What the tables say of a group of four letters or of a word that was there before, in this text
// or in another one: a small table in a near cache in front of the large ones.
struct KnownQuad {
  uint32_t hash = 0;
  uint32_t langs = 0;
};

struct KnownWord {
  uint64_t hash = 0;
  uint32_t usual = 0;  // langs, 0: none
  uint32_t distinct = 0;
};

// The hits of a part of a span. CLD2 scores a span in parts that end with the thousandth base gram
// that a table has.
struct GramHits {
  static constexpr size_t kMost = 1000;

  // Base grams: four letters, or one Chinese character; up to two langs for each, and an entry in
  // front that the scorer sets.
  std::array<GramHit, 2 * kMost + 3> bases;
  size_t bases_end = 1;
  size_t grams = 0;  // base grams found in a table
  // Words and pairs of words, or pairs of Chinese characters, by offset.
  std::array<GramHit, 2 * kMost + 8> words;
  size_t words_end = 0;

  static constexpr unsigned kQuadBits = 13, kWordBits = 12;
  std::array<KnownQuad, size_t{1} << kQuadBits> known_quads;
  std::array<KnownWord, size_t{1} << kWordBits> known_words;

  // The place of a hash of 0 is the first; nothing is known there.
  GramHits() {
    known_quads[0].hash = 1;
    known_words[0].hash = 1;
  }

  KnownQuad& PlaceOfQuad(uint32_t hash) {
    return known_quads[hash * 0x9E3779B1 >> (32 - kQuadBits)];
  }

  KnownWord& PlaceOfWord(uint64_t hash) {
    return known_words[hash * 0x9E3779B97F4A7C15 >> (64 - kWordBits)];
  }

  void Clear() {
    bases_end = 1;
    grams = 0;
    words_end = 0;
  }

  void AddBase(uint32_t langs, int offset) {
    bases[bases_end] = {langs, static_cast<uint16_t>(offset), false};
    bases_end += static_cast<size_t>(langs != 0);
  }

  // The one or two langs at a place of a table.
  void AddGram(const GramTable& table, uint32_t place, int offset) {
    AddBase(table.Langs(place), offset);
    if (table.HasTwo(place)) [[unlikely]] {
      AddBase(table.SecondLangs(place), offset);
    }
    ++grams;
  }

  void AddWord(uint32_t langs, int offset, bool distinct) {
    words[words_end] = {langs, static_cast<uint16_t>(offset), distinct};
    words_end += static_cast<size_t>(langs != 0);
  }
};

// Fills `hits` with those of the part that begins at `begin`; returns where the next one begins.
// REQUIRES: 0 < begin < span.bytes.
int FindLetterHits(const Cld2Tables& tables, const ScriptSpan& span, int begin, GramHits* hits);

// The same for scripts of Chinese, Japanese and Korean.
int FindHanHits(const Cld2Tables& tables, const ScriptSpan& span, int begin, GramHits* hits);

// The part of FindLetterHits that looks for words: adds those that end within [begin, end].
void FindWords(const Cld2Tables& tables, const ScriptSpan& span, int begin, int end,
               GramHits* hits);

}  // namespace owt::langdetect
