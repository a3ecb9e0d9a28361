#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "stages/langdetect/cld2_tables.h"
#include "stages/langdetect/gram_hits.h"
#include "stages/langdetect/top_two.h"

namespace owt::langdetect {

// Judges the parts of spans in chunks of some 20 grams of four letters, or 50 Chinese characters:
// the likeliest language of each, and how reliable that is, goes into the totals of the text.
class ChunkScorer {
 public:
  // `context` has the hints. `totals` gets the chunks.
  ChunkScorer(const Cld2Tables& tables, const CLD2::ScoringContext& context, CLD2::DocTote* totals);

  // The part of a span of `script` from `begin` to `end` (bytes). Changes the first of the bases.
  void Score(uint32_t script, bool han, int begin, int end, GramHits* hits);

 private:
  // What weighs on each chunk beside its grams.
  struct Weights {
    std::array<uint32_t, CLD2::kMaxBoosts> hinted = {};    // langs
    std::array<uint32_t, CLD2::kMaxBoosts> silenced = {};  // langs: close ones to a hinted one
    std::array<uint32_t, CLD2::kMaxBoosts> distinct = {};  // langs of the last distinct words
    size_t next_distinct = 0;
  };

  // Where a chunk begins.
  struct Place {
    size_t base;
    size_t word;
  };

  struct Part {
    const GramHits* hits;
    const ScriptFacts* script;
    const std::array<uint16_t, 256>* languages;
    Weights* weights;
    size_t num_scores;  // higher numbers have none
    int end;
  };

  struct TopTwo;

  static Place After(const GramHits& hits, Place begin, size_t bases);
  static int OffsetOf(const Part& part, Place place);
  void ScoreChunk(const Part& part, Place begin, Place end);
  void AddLangs(uint32_t langs, LanguageScores* scores) const;
  void AddHits(std::span<const GramHit> hits, LanguageScores* even, LanguageScores* odd) const;
  TopTwo BestOf(const Part& part, Place begin, Place end, const LanguageScores& scores) const;
  uint64_t GroupsOf(const Part& part, Place begin, Place end) const;
  void AddToTotals(const Part& part, const TopTwo& best, size_t grams, int bytes);

  const Cld2Tables& tables_;
  CLD2::DocTote* totals_;
  bool has_hints_;
  Weights latin_, other_;
};

}  // namespace owt::langdetect
