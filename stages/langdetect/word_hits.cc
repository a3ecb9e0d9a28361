#include <algorithm>
#include <array>
#include <bit>

#include "stages/langdetect/gram_hash.h"
#include "stages/langdetect/gram_hits.h"
#include "stages/langdetect/span_masks.h"

// Words and pairs of words, in batches. What a text says next cannot be guessed, so nothing that is
// done for every word depends on it by a branch: words that are not known are noted and looked up
// together.

namespace owt::langdetect {
namespace {

constexpr size_t kBatch = 128;
constexpr size_t kMostWords = kBatch + kMaskBytes;  // a block of bytes is cut to its end

// Words that follow each other. The hash before the first is that of the last batch, 0 for none.
struct Words {
  size_t size = 0;
  std::array<uint64_t, kMostWords + 2> hash_behind;  // of word i at i + 1
  std::array<uint16_t, kMostWords + 1> offset, offset_before;
  std::array<uint32_t, kMostWords + 1> usual, alone,
      pair;  // langs; of the pair with the one before

  uint64_t hash(size_t i) const { return hash_behind[i + 1]; }

  uint64_t hash_before(size_t i) const { return hash_behind[i]; }
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
  }

  // False: these are the last.
  bool Cut(Words* words) {
    words->hash_behind[0] = words->hash_behind[words->size];
    words->size = 0;
    for (; block_ <= last_; block_ += kMaskBytes) {
      if (words->size >= kBatch) return true;
      CutBlock(words);
    }
    return false;
  }

 private:
  void CutBlock(Words* words) {
    uint64_t spaces = SpacesIn(block_);
    if (last_ - block_ < static_cast<ptrdiff_t>(kMaskBytes)) {
      spaces &= ~uint64_t{0} >> (static_cast<ptrdiff_t>(kMaskBytes) - 1 - (last_ - block_));
    }
    size_t n = words->size;
    const char* start = start_;
    const char* start_before = start_before_;
    uint64_t last_hash = last_hash_;
    uint64_t last_but_one = last_hash_but_one_;
    for (; spaces != 0; spaces &= spaces - 1) {
      const char* const space = block_ + std::countr_zero(spaces);
      const uint64_t hash = Hash(start, space);
      words->hash_behind[n + 1] = hash;
      words->offset[n] = static_cast<uint16_t>(start - text_);
      words->offset_before[n] = static_cast<uint16_t>(start_before - text_);
      const bool is_new = (hash != last_hash) & (hash != last_but_one);
      last_but_one = is_new ? last_hash : last_but_one;
      last_hash = is_new ? hash : last_hash;
      n += static_cast<size_t>(is_new);
      start_before = start;
      start = space + 1;
    }
    words->size = n;
    start_ = start;
    start_before_ = start_before;
    last_hash_ = last_hash;
    last_hash_but_one_ = last_but_one;
  }

  // Of the first eight letters of the word from `start` to the space behind it.
  static uint64_t Hash(const char* start, const char* space) {
    const uint64_t letters = Load64(start);
    const auto bytes = static_cast<size_t>(space - start);
    if (bytes > 8 && (letters & (kEveryByte << 7)) != 0) [[unlikely]] {
      return HashLong(start, space);
    }
    const uint32_t around = (start[-1] == ' ' ? kSpaceBefore : 0) | (bytes <= 8 ? kSpaceBehind : 0);
    return ShortWordHash(letters, std::min<size_t>(bytes, 8), around);
  }

  static uint64_t HashLong(const char* start, const char* space) {
    const char* end = start;
    for (int i = 0; i < 8 && end < space; ++i) end += LetterBytes(end);
    return WordHash(start, static_cast<size_t>(end - start));
  }

  const char* text_;
  const char* last_;
  const char* start_;
  const char* start_before_;
  const char* block_;
  uint64_t last_hash_ = 0;
  uint64_t last_hash_but_one_ = 0;
};

// What the tables have for the words and their pairs.
void LookUp(const Cld2Tables& tables, GramHits* hits, Words* words) {
  const GramTable& distinct = tables.distinct_words;
  std::array<uint8_t, kMostWords + 1> unknown, pairs;
  size_t num_unknown = 0;
  size_t num_pairs = 0;
  for (size_t i = 0; i < words->size; ++i) {
    const uint64_t hash = words->hash(i);
    const KnownWord& known = hits->PlaceOfWord(hash);
    words->usual[i] = known.usual;
    words->alone[i] = known.distinct;
    words->pair[i] = 0;
    unknown[num_unknown] = static_cast<uint8_t>(i);
    num_unknown += static_cast<size_t>(known.hash != hash);
    const uint64_t before = words->hash_before(i);
    pairs[num_pairs] = static_cast<uint8_t>(i);
    num_pairs += static_cast<size_t>((before != 0) & distinct.MayHave(WordPairHash(before, hash)));
  }
  for (size_t j = 0; j < num_unknown; ++j) {
    tables.words.Prefetch(words->hash(unknown[j]));
    distinct.Prefetch(words->hash(unknown[j]));
  }
  for (size_t j = 0; j < num_unknown; ++j) {
    const size_t i = unknown[j];
    const uint64_t hash = words->hash(i);
    words->usual[i] = tables.words.OneLangs(tables.words.FindLong(hash));
    words->alone[i] = distinct.OneLangs(distinct.FindLong(hash));
    hits->PlaceOfWord(hash) = {hash, words->usual[i], words->alone[i]};
  }
  for (size_t j = 0; j < num_pairs; ++j) {
    const size_t i = pairs[j];
    const uint64_t pair = WordPairHash(words->hash_before(i), words->hash(i));
    words->pair[i] = distinct.OneLangs(distinct.FindLong(pair));
  }
}

// Adds hits until there are so many of one kind as a part may have.
class HitWriter {
 public:
  explicit HitWriter(GramHits* hits) : hits_(hits) {}

  // False: there are.
  bool Add(const Words& words) {
    const bool near_end =
        usual_ + words.size >= GramHits::kMost || distinct_ + 2 * words.size >= GramHits::kMost - 1;
    GramHit* to = hits_->words.data() + hits_->words_end;
    const auto add = [&to](uint32_t langs, uint16_t offset, bool distinct) {
      *to = {langs, offset, distinct};
      to += static_cast<ptrdiff_t>(langs != 0);
    };
    bool ended = false;
    for (size_t i = 0; i < words.size && !ended; ++i) {
      const uint32_t pair = words.pair[i];
      const uint32_t alone = words.alone[i];
      const uint32_t usual = words.usual[i];
      if ((pair | alone) == 0) [[likely]] {
        add(usual, words.offset[i], false);
      } else {
        add(pair, words.offset_before[i], true);
        add(usual, words.offset[i], false);
        add(alone, words.offset[i], true);
        distinct_ += static_cast<size_t>(pair != 0) + static_cast<size_t>(alone != 0);
      }
      usual_ += static_cast<size_t>(usual != 0);
      ended = near_end && (usual_ >= GramHits::kMost || distinct_ >= GramHits::kMost - 1);
    }
    hits_->words_end = static_cast<size_t>(to - hits_->words.data());
    return !ended;
  }

 private:
  GramHits* hits_;
  size_t usual_ = 0;
  size_t distinct_ = 0;
};

}  // namespace

void FindWords(const Cld2Tables& tables, const ScriptSpan& span, int begin, int end,
               GramHits* hits) {
  WordCutter cutter(span.text, begin, end);
  Words words;
  words.hash_behind[0] = 0;
  HitWriter writer(hits);
  for (bool more = true; more;) {
    more = cutter.Cut(&words);
    LookUp(tables, hits, &words);
    if (!writer.Add(words)) return;
  }
}

}  // namespace owt::langdetect
