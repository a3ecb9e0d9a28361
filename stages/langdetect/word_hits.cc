#include <algorithm>
#include <array>
#include <bit>

#include "stages/langdetect/gram_hash.h"
#include "stages/langdetect/gram_hits.h"
#include "stages/langdetect/span_masks.h"

// Words and pairs of words, in batches as the groups of four.

namespace owt::langdetect {
namespace {

constexpr size_t kBatch = 64;

struct Word {
  uint64_t hash;
  uint64_t pair;       // with the word before
  uint32_t pair_mask;  // 0: there is no such pair
  int offset;
  int offset_before;
};

// Hashes the words that end with a space, the one at `limit` included, but for those that one of
// the two hashed before was.
class WordCutter {
 public:
  WordCutter(const char* text, int begin, int limit)
      : text_(text), last_(text + limit), start_(text + begin) {
    if (*start_ == ' ') ++start_;
    start_before_ = start_;
    block_ = start_;
    spaces_ = SpacesIn(block_);
  }

  // False: no more words.
  bool Next(Word* word) {
    while (true) {
      while (spaces_ == 0) {
        block_ += kMaskBytes;
        if (block_ > last_) return false;
        spaces_ = SpacesIn(block_);
      }
      const char* const space = block_ + std::countr_zero(spaces_);
      if (space > last_) return false;
      spaces_ &= spaces_ - 1;
      const uint64_t hash = Hash(space);
      const bool again = hash == earlier_[0] || hash == earlier_[1];
      if (!again) {
        earlier_[next_earlier_] = hash;
        next_earlier_ ^= 1;
        const uint64_t before = earlier_[next_earlier_];
        const bool is_pair = before != 0 && before != hash;
        *word = {hash, WordPairHash(before, hash), is_pair ? ~0U : 0,
                 static_cast<int>(start_ - text_), static_cast<int>(start_before_ - text_)};
      }
      start_before_ = start_;
      start_ = space + 1;
      if (!again) return true;
    }
  }

 private:
  // Of the first eight letters of the word at start_.
  uint64_t Hash(const char* space) const {
    const uint64_t letters = Load64(start_);
    const auto bytes = static_cast<size_t>(space - start_);
    if ((letters & (kEveryByte << 7)) == 0) {
      return AsciiWordHash(letters, std::min<size_t>(bytes, 8), start_[-1] == ' ', bytes <= 8);
    }
    if (bytes <= 8) return WordHash(start_, bytes);
    const char* end = start_;
    for (int i = 0; i < 8 && end < space; ++i) end += LetterBytes(end);
    return WordHash(start_, static_cast<size_t>(end - start_));
  }

  const char* text_;
  const char* last_;
  const char* start_;
  const char* start_before_;
  const char* block_;  // the spaces_ that are left are among the kMaskBytes from here on
  uint64_t spaces_;
  std::array<uint64_t, 2> earlier_ = {};
  size_t next_earlier_ = 0;
};

// What the two tables have for a word.
const KnownWord& Known(const Cld2Tables& tables, uint64_t hash, GramHits* hits) {
  KnownWord& known = hits->PlaceOfWord(hash);
  if (known.hash != hash) [[unlikely]] {
    known = {hash, tables.words.FindLong(hash), tables.distinct_words.FindLong(hash)};
  }
  return known;
}

}  // namespace

void FindWords(const Cld2Tables& tables, const ScriptSpan& span, int begin, int end,
               GramHits* hits) {
  const GramTable& usual = tables.words;
  const GramTable& distinct = tables.distinct_words;
  WordCutter cutter(span.text, begin, end);
  std::array<Word, kBatch> words;
  size_t usual_found = 0;
  size_t distinct_found = 0;
  for (bool more = true; more;) {
    size_t n = 0;
    while (n < kBatch && (more = cutter.Next(&words[n]))) {
      const uint64_t hash = words[n].hash;
      distinct.Prefetch(words[n].pair);
      if (hits->PlaceOfWord(hash).hash != hash) {
        usual.Prefetch(hash);
        distinct.Prefetch(hash);
      }
      ++n;
    }
    for (size_t i = 0; i < n; ++i) {
      const Word& word = words[i];
      const uint32_t pair = distinct.FindLong(word.pair) & word.pair_mask;
      const KnownWord& known = Known(tables, word.hash, hits);
      const uint32_t alone = known.distinct;
      const uint32_t entry = known.usual;
      if ((pair | alone) != 0) [[unlikely]] {
        hits->AddWord(distinct.OneLangs(pair), word.offset_before, true);
        distinct_found += static_cast<size_t>(pair != 0) + static_cast<size_t>(alone != 0);
      }
      hits->AddWord(usual.OneLangs(entry), word.offset, false);
      if (alone != 0) [[unlikely]] {
        hits->AddWord(distinct.OneLangs(alone), word.offset, true);
      }
      usual_found += static_cast<size_t>(entry != 0);
      if (usual_found >= GramHits::kMost || distinct_found >= GramHits::kMost - 1) return;
    }
  }
}

}  // namespace owt::langdetect
