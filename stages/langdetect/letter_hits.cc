#include <algorithm>
#include <bit>

#include "stages/langdetect/gram_hash.h"
#include "stages/langdetect/gram_hits.h"

// Hits of alphabets: groups of four letters, which overlap by two within a word, and whole words.
// Both go through the text in batches: the first loop of a batch finds and hashes grams, so that
// their buckets are on the way from memory when the second one looks into them.

namespace owt::langdetect {
namespace {

constexpr size_t kBatch = 64;

// Bytes of the character that begins with a byte; 0 for a space, which ends every gram.
constexpr std::array<uint8_t, 256> kLetterBytes = [] {
  std::array<uint8_t, 256> bytes = {};
  for (size_t i = ' ' + 1; i < 256; ++i) {
    bytes[i] = i < 0xC0 ? 1 : i < 0xE0 ? 2 : i < 0xF0 ? 3 : 4;
  }
  return bytes;
}();

// 1 for what the next gram does not begin with: a space, an ASCII vowel.
constexpr std::array<uint8_t, 256> kSkipped = [] {
  std::array<uint8_t, 256> skipped = {};
  for (const char c : {' ', 'a', 'e', 'i', 'o', 'u'}) skipped[static_cast<size_t>(c)] = 1;
  return skipped;
}();

uint8_t ByteAt(const char* at) { return static_cast<uint8_t>(*at); }

size_t LetterBytes(const char* at) { return kLetterBytes[ByteAt(at)]; }

struct Quad {
  uint32_t hash;
  int offset;
};

constexpr uint64_t kFiveBytes = 0xFFFFFFFFFF;
constexpr uint64_t kEveryByte = 0x0101010101010101;

// The high bit of the first space in `word`, and perhaps further bits above it.
uint64_t Spaces(uint64_t word) {
  const uint64_t zero = word ^ (kEveryByte * ' ');
  return (zero - kEveryByte) & ~zero & (kEveryByte << 7);
}

// Four ASCII letters or what is left of the word, `word` being the bytes from `at` on. Returns
// where the next gram begins.
const char* AsciiQuad(const char* at, uint64_t word, uint32_t* hash) {
  constexpr std::array<uint32_t, 6> kMasks = {0, 0xFF, 0xFFFF, 0xFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF};
  const auto letters = static_cast<size_t>(
      std::countr_zero((Spaces(word) & kFiveBytes) | (uint64_t{1} << 40)) / 8);  // 5: five or more
  const uint32_t four = static_cast<uint32_t>(word) & kMasks[letters];
  const uint32_t around = (at[-1] == ' ' ? kSpaceBefore : 0) | (letters <= 4 ? kSpaceBehind : 0);
  *hash = letters == 0 ? 0 : four ^ (four >> 3) ^ around;
  if (letters <= 4) return at + letters + 1;
  return at + 2 + kSkipped[static_cast<uint8_t>(word >> 16)];
}

const char* AnyQuad(const char* at, uint32_t* hash) {
  const char* end = at + LetterBytes(at);
  end += LetterBytes(end);
  const char* const middle = end;
  end += LetterBytes(end);
  end += LetterBytes(end);
  *hash = QuadHash(at, static_cast<size_t>(end - at));
  if (*end == ' ') return end + 1;
  return middle + kSkipped[ByteAt(middle)];
}

// Looks up the quads of a batch; returns how many were looked at before the part was full.
class QuadReader {
 public:
  QuadReader(const Cld2Tables& tables, GramHits* hits) : tables_(tables), hits_(hits) {}

  void Prefetch(uint32_t hash) const { tables_.quads.PrefetchShort(hash); }

  bool full() const { return hits_->grams >= GramHits::kMost; }

  void Read(const Quad& quad) {
    // One that was a hit a moment ago does not count again.
    if (quad.hash == earlier_[0] || quad.hash == earlier_[1]) return;
    const GramTable* table = &tables_.quads;
    uint32_t entry = table->FindShort(quad.hash);
    if (entry == 0) {
      if (tables_.more_quads.empty()) return;
      table = &tables_.more_quads;
      entry = table->FindShort(quad.hash);
      if (entry == 0) return;
    }
    earlier_[next_earlier_] = quad.hash;
    next_earlier_ ^= 1;
    uint32_t second;
    hits_->AddBase(table->Langs(table->Place(entry), &second), quad.offset);
    hits_->AddBase(second, quad.offset);
    ++hits_->grams;
  }

 private:
  const Cld2Tables& tables_;
  GramHits* hits_;
  std::array<uint32_t, 2> earlier_ = {};
  size_t next_earlier_ = 0;
};

int FindQuads(const Cld2Tables& tables, const char* text, int begin, int limit, GramHits* hits) {
  QuadReader reader(tables, hits);
  std::array<Quad, kBatch + 1> quads;
  const char* const end = text + limit;
  const char* at = text + begin;
  if (*at == ' ') ++at;
  while (at < end) {
    size_t n = 0;
    for (; n < kBatch && at < end; ++n) {
      quads[n].offset = static_cast<int>(at - text);
      const uint64_t word = Load64(at);
      const bool ascii = (word & kFiveBytes & (kEveryByte << 7)) == 0;
      at = ascii ? AsciiQuad(at, word, &quads[n].hash) : AnyQuad(at, &quads[n].hash);
      reader.Prefetch(quads[n].hash);
    }
    at = std::min(at, end);
    quads[n].offset = static_cast<int>(at - text);
    for (size_t i = 0; i < n; ++i) {
      reader.Read(quads[i]);
      if (reader.full()) return quads[i + 1].offset;
    }
  }
  return static_cast<int>(at - text);
}

struct Word {
  uint64_t hash;
  uint64_t pair;  // with the word before; valid if is_pair
  int offset;
  int offset_before;
  bool is_pair;
};

// Hashes the words that end with a space, the one at `limit` included, but for those that one of
// the two hashed before was.
class WordCutter {
 public:
  WordCutter(const char* text, int begin, int limit)
      : text_(text), last_(text + limit), start_(text + begin) {
    if (*start_ == ' ') ++start_;
    start_before_ = start_;
  }

  // False: no more words.
  bool Next(Word* word) {
    while (true) {
      const char* const space = FindSpace(start_);
      if (space > last_) return false;
      const uint64_t hash = WordHash(start_, Bytes(space));
      const bool again = hash == earlier_[0] || hash == earlier_[1];
      if (!again) {
        earlier_[next_earlier_] = hash;
        next_earlier_ ^= 1;
        const uint64_t before = earlier_[next_earlier_];
        *word = {hash, WordPairHash(before, hash), static_cast<int>(start_ - text_),
                 static_cast<int>(start_before_ - text_), before != 0 && before != hash};
      }
      start_before_ = start_;
      start_ = space + 1;
      if (!again) return true;
    }
  }

 private:
  // The first space from `at` on, or something behind last_.
  const char* FindSpace(const char* at) const {
    for (; at <= last_; at += 8) {
      const uint64_t spaces = Spaces(Load64(at));
      if (spaces != 0) return at + std::countr_zero(spaces) / 8;
    }
    return at;
  }

  // Of the first eight letters of the word at start_.
  size_t Bytes(const char* space) const {
    const auto bytes = static_cast<size_t>(space - start_);
    if (bytes <= 8) return bytes;
    if ((Load64(start_) & (kEveryByte << 7)) == 0) return 8;
    const char* end = start_;
    for (int i = 0; i < 8 && end < space; ++i) end += LetterBytes(end);
    return static_cast<size_t>(end - start_);
  }

  const char* text_;
  const char* last_;
  const char* start_;
  const char* start_before_;
  std::array<uint64_t, 2> earlier_ = {};
  size_t next_earlier_ = 0;
};

void FindWords(const Cld2Tables& tables, const char* text, int begin, int limit, GramHits* hits) {
  const GramTable& usual = tables.words;
  const GramTable& distinct = tables.distinct_words;
  WordCutter cutter(text, begin, limit);
  std::array<Word, kBatch> words;
  size_t usual_found = 0;
  size_t distinct_found = 0;
  for (bool more = true; more;) {
    size_t n = 0;
    while (n < kBatch && (more = cutter.Next(&words[n]))) {
      usual.Prefetch(words[n].hash);
      distinct.Prefetch(words[n].hash);
      distinct.Prefetch(words[n].pair);
      ++n;
    }
    for (size_t i = 0; i < n; ++i) {
      const Word& word = words[i];
      const uint32_t pair = word.is_pair ? distinct.FindLong(word.pair) : 0;
      const uint32_t alone = distinct.FindLong(word.hash);
      const uint32_t entry = usual.FindLong(word.hash);
      if (pair != 0) hits->AddWord(distinct.OneLangs(pair), word.offset_before, true);
      if (entry != 0) hits->AddWord(usual.OneLangs(entry), word.offset, false);
      if (alone != 0) hits->AddWord(distinct.OneLangs(alone), word.offset, true);
      distinct_found += static_cast<size_t>(pair != 0) + static_cast<size_t>(alone != 0);
      usual_found += static_cast<size_t>(entry != 0);
      if (usual_found >= GramHits::kMost || distinct_found >= GramHits::kMost - 1) return;
    }
  }
}

}  // namespace

void GramHits::Clear() {
  bases_end = 1;
  grams = 0;
  words_end = 0;
}

int FindLetterHits(const Cld2Tables& tables, const ScriptSpan& span, int begin, GramHits* hits) {
  hits->Clear();
  const int next = FindQuads(tables, span.text, begin, span.bytes, hits);
  FindWords(tables, span.text, begin, next, hits);
  return next;
}

}  // namespace owt::langdetect
