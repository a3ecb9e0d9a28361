#include "stages/langdetect/chunk_scores.h"

#include <algorithm>

namespace owt::langdetect {
namespace {

constexpr size_t kQuadsInChunk = CLD2::kChunksizeQuads;
constexpr size_t kHanInChunk = CLD2::kChunksizeUnis;

// No chunk is much shorter than the others: the last two share what is left.
size_t NextChunkGrams(size_t left, size_t usual) {
  if (left < usual + usual / 2) return left;
  if (left < 2 * usual) return (left + 1) / 2;
  return usual;
}

using Boosts = std::array<uint32_t, CLD2::kMaxBoosts>;

void CopyBoosts(const CLD2::LangBoosts& from, Boosts* to) {
  std::copy(std::begin(from.langprob), std::end(from.langprob), to->begin());
}

}  // namespace

struct ChunkScorer::TopTwo {
  uint8_t first, second;
  uint16_t first_score, second_score;
};

ChunkScorer::ChunkScorer(const Cld2Tables& tables, const CLD2::ScoringContext& context,
                         CLD2::DocTote* totals)
    : tables_(tables), totals_(totals) {
  CopyBoosts(context.langprior_boost.latn, &latin_.hinted);
  CopyBoosts(context.langprior_boost.othr, &other_.hinted);
  CopyBoosts(context.langprior_whack.latn, &latin_.silenced);
  CopyBoosts(context.langprior_whack.othr, &other_.silenced);
  has_hints_ = latin_.hinted != Boosts{} || other_.hinted != Boosts{} ||
               latin_.silenced != Boosts{} || other_.silenced != Boosts{};
}

void ChunkScorer::Score(uint32_t script, bool han, int begin, int end, GramHits* hits) {
  const bool latin = script == CLD2::ULScript_Latin;
  const Part part = {hits,
                     &tables_.scripts[script],
                     latin ? &tables_.latin_languages : &tables_.other_languages,
                     latin ? &latin_ : &other_,
                     has_hints_ || han ? LanguageScores().size() : tables_.num_scores,
                     end};
  // The most common language of the script has one small hit in front of each part.
  hits->bases[0] = {part.script->default_langs, static_cast<uint16_t>(begin), false};
  const Place everything = {hits->bases_end, hits->words_end};
  const size_t usual = han ? kHanInChunk : kQuadsInChunk;
  Place at = {0, 0};
  for (size_t left = hits->grams;;) {
    const size_t grams = NextChunkGrams(left, usual);
    left -= grams;
    const Place next = left == 0 ? everything : After(*hits, at, grams);
    ScoreChunk(part, at, next);
    if (left == 0) return;
    at = next;
  }
}

// The place behind so many bases, and behind the words that begin before the last of them or with
// it. A gram may have two bases, so the bases may end early, and the chunks left over are empty.
ChunkScorer::Place ChunkScorer::After(const GramHits& hits, Place begin, size_t bases) {
  const size_t base = begin.base + bases;
  if (base > hits.bases_end) return {hits.bases_end, hits.words_end};
  const uint16_t last = hits.bases[base - 1].offset;
  size_t word = begin.word;
  while (word < hits.words_end && hits.words[word].offset <= last) ++word;
  return {base, word};
}

int ChunkScorer::OffsetOf(const Part& part, Place place) {
  int offset = part.end;
  if (place.base < part.hits->bases_end) offset = part.hits->bases[place.base].offset;
  if (place.word < part.hits->words_end) {
    offset = std::min(offset, static_cast<int>(part.hits->words[place.word].offset));
  }
  return offset;
}

void ChunkScorer::ScoreChunk(const Part& part, Place begin, Place end) {
  std::array<LanguageScores, 2> sums;
  for (LanguageScores& sum : sums) ClearScores(part.num_scores, &sum);
  LanguageScores& scores = sums[0];
  LanguageScores& others = sums[1];
  const auto bases = std::span(part.hits->bases).subspan(begin.base, end.base - begin.base);
  const auto words = std::span(part.hits->words).subspan(begin.word, end.word - begin.word);
  AddHits(bases, &scores, &others);
  AddHits(words, &others, &scores);
  Weights& weights = *part.weights;
  for (const GramHit& word : words) {
    if (!word.distinct) continue;
    weights.distinct[weights.next_distinct] = word.langs;
    weights.next_distinct = (weights.next_distinct + 1) % weights.distinct.size();
  }
  for (const uint32_t langs : weights.distinct) {
    if (langs != 0) AddLangs(langs, &scores);
  }
  AddScores(others, part.num_scores, &scores);
  if (has_hints_) {
    for (const uint32_t langs : weights.hinted) AddLangs(langs, &scores);
    for (const uint32_t langs : weights.silenced) {
      if (langs != 0) scores[langs >> 8 & 0xFF] = 0;
    }
  }
  // Numbers of 0 stand for no language.
  scores[0] = 0;
  const TopTwo best = BestOf(part, begin, end, scores);
  AddToTotals(part, best, end.base - begin.base, OffsetOf(part, end) - OffsetOf(part, begin));
}

// By turns to the one and to the other: most add to one language, and a sum that was just written
// is not ready to be read.
void ChunkScorer::AddHits(std::span<const GramHit> hits, LanguageScores* even,
                          LanguageScores* odd) const {
  size_t i = 0;
  for (; i + 1 < hits.size(); i += 2) {
    AddLangs(hits[i].langs, even);
    AddLangs(hits[i + 1].langs, odd);
  }
  if (i < hits.size()) AddLangs(hits[i].langs, even);
}

// Numbers of 0 get something too.
void ChunkScorer::AddLangs(uint32_t langs, LanguageScores* scores) const {
  const uint32_t three = tables_.scores[langs & 0xFF];
  const auto add = [&](uint32_t number, uint32_t score) {
    uint16_t& sum = (*scores)[number & 0xFF];
    sum = static_cast<uint16_t>(sum + (score & 0xFF));
  };
  add(langs >> 8, three);
  add(langs >> 16, three >> 8);
  add(langs >> 24, three >> 16);
}

// The two highest, the lower number first where they are equal. Where there is no second one, it is
// the lowest other number in any group of four that had a score: CLD2 looks at whole groups.
ChunkScorer::TopTwo ChunkScorer::BestOf(const Part& part, Place begin, Place end,
                                        const LanguageScores& scores) const {
  const TwoHighest highest = FindTwoHighest(scores, part.num_scores);
  const uint16_t first_score = scores[highest.first];
  const uint8_t first = highest.first;
  if (scores[highest.second] != 0) {
    return {first, highest.second, first_score, scores[highest.second]};
  }
  TopTwo best = {0xFF, 0xFF, first_score, 0};  // 0xFF: none
  const uint64_t groups = GroupsOf(part, begin, end);
  const bool has_first = first_score != 0;
  if (has_first) best.first = first;
  size_t missing = has_first ? 1 : 2;
  for (size_t i = 0; i < part.num_scores && missing != 0; ++i) {
    if ((groups >> i / 4 & 1) == 0 || (has_first && i == first)) continue;
    (missing == 2 ? best.first : best.second) = static_cast<uint8_t>(i);
    --missing;
  }
  return best;
}

// A bit for each four numbers of which any got a score.
uint64_t ChunkScorer::GroupsOf(const Part& part, Place begin, Place end) const {
  uint64_t groups = 0;
  const auto add = [&groups](uint32_t langs) {
    for (uint32_t numbers = langs >> 8; numbers != 0; numbers >>= 8) {
      if ((numbers & 0xFF) != 0) groups |= uint64_t{1} << (numbers & 0xFF) / 4;
    }
  };
  for (size_t i = begin.base; i < end.base; ++i) add(part.hits->bases[i].langs);
  for (size_t i = begin.word; i < end.word; ++i) add(part.hits->words[i].langs);
  for (const uint32_t langs : part.weights->hinted) add(langs);
  for (const uint32_t langs : part.weights->distinct) add(langs);
  return groups;
}

void ChunkScorer::AddToTotals(const Part& part, const TopTwo& best, size_t grams, int bytes) {
  const uint16_t language = (*part.languages)[best.first];
  const uint8_t close_set = tables_.close_sets[language];
  const bool alike =
      close_set != 0 && close_set == tables_.close_sets[(*part.languages)[best.second]];
  const int by_distance =
      alike ? 100
            : CLD2::ReliabilityDelta(best.first_score, best.second_score, static_cast<int>(grams));
  const int score_of_kib = bytes > 0 ? (best.first_score << 10) / bytes : 0;
  const int by_score =
      CLD2::ReliabilityExpected(score_of_kib, tables_.ExpectedScore(language, part.script->group));
  totals_->Add(language, static_cast<uint16_t>(bytes), best.first_score,
               std::min(by_distance, by_score));
}

}  // namespace owt::langdetect
