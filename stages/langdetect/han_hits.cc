#include "stages/langdetect/gram_hash.h"
#include "stages/langdetect/gram_hits.h"
#include "stages/langdetect/letter_pages.h"

// Hits of Chinese, Japanese and Korean: single characters and pairs of them.

namespace owt::langdetect {
namespace {

int FindSingles(const Cld2Tables& tables, const char* text, int begin, int limit, GramHits* hits) {
  int at = begin;
  if (text[at] == ' ') ++at;
  while (at < limit && hits->grams < GramHits::kMost) {
    const ValidChar c = ReadValid(text + at);
    at += static_cast<int>(c.bytes);
    const uint32_t place = LetterOf(c.code_point).han;
    if (place == 0) continue;
    hits->AddGram(tables.han_grams, place, at);  // CLD2 takes the end of it
  }
  return at;
}

size_t CharBytes(const char* at) { return ReadValid(at).bytes; }

void FindPairs(const Cld2Tables& tables, const char* text, int begin, int limit, GramHits* hits) {
  constexpr size_t kTwoChars = 6;
  size_t usual_found = 0;
  size_t distinct_found = 0;
  size_t bytes = 0;
  for (int at = begin; at < limit; at += static_cast<int>(bytes)) {
    bytes = CharBytes(text + at);
    const size_t both = bytes + CharBytes(text + at + bytes);
    if (both < kTwoChars) continue;
    const uint32_t hash = HanPairHash(text + at, both);
    const uint32_t usual = tables.han_pairs.FindShort(hash);
    const uint32_t distinct = tables.distinct_han_pairs.FindShort(hash);
    hits->AddWord(tables.han_pairs.OneLangs(usual), at, false);
    hits->AddWord(tables.distinct_han_pairs.OneLangs(distinct), at, true);
    usual_found += static_cast<size_t>(usual != 0);
    distinct_found += static_cast<size_t>(distinct != 0);
    if (usual_found >= GramHits::kMost || distinct_found >= GramHits::kMost - 1) return;
  }
}

}  // namespace

int FindHanHits(const Cld2Tables& tables, const ScriptSpan& span, int begin, GramHits* hits) {
  hits->Clear();
  const int next = FindSingles(tables, span.text, begin, span.bytes, hits);
  FindPairs(tables, span.text, begin, next, hits);
  return next;
}

}  // namespace owt::langdetect
