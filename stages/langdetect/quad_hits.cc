#include <algorithm>
#include <bit>
#include <span>

#include "stages/langdetect/gram_hash.h"
#include "stages/langdetect/gram_hits.h"

// Groups of four letters, which overlap by two within a word. A batch is cut and hashed before it
// is looked up, so that its buckets are on the way from memory.

namespace owt::langdetect {
namespace {

// 1 for what the next gram does not begin with: a space, an ASCII vowel.
constexpr std::array<uint8_t, 256> kSkipped = [] {
  std::array<uint8_t, 256> skipped = {};
  for (const char c : {' ', 'a', 'e', 'i', 'o', 'u'}) skipped[static_cast<size_t>(c)] = 1;
  return skipped;
}();

struct Quad {
  uint32_t hash;
  int offset;
};

constexpr uint64_t kFiveBytes = 0xFFFFFFFFFF;

// Four ASCII letters or what is left of the word, `word` being the bytes from `at` on. Returns
// where the next gram begins.
[[gnu::always_inline]] inline const char* AsciiQuad(const char* at, uint64_t word, uint32_t* hash) {
  constexpr std::array<uint32_t, 6> kMasks = {0, 0xFF, 0xFFFF, 0xFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF};
  const auto letters = static_cast<size_t>(
      std::countr_zero((Spaces(word) & kFiveBytes) | (uint64_t{1} << 40)) / 8);  // 5: five or more
  const uint32_t four = static_cast<uint32_t>(word) & kMasks[letters];
  const uint32_t around = (at[-1] == ' ' ? kSpaceBefore : 0) | (letters <= 4 ? kSpaceBehind : 0);
  *hash = letters == 0 ? 0 : four ^ (four >> 3) ^ around;
  const size_t within_word = 2 + size_t{kSkipped[static_cast<uint8_t>(word >> 16)]};
  return at + (letters <= 4 ? letters + 1 : within_word);
}

const char* AnyQuad(const char* at, uint32_t* hash) {
  const char* end = at + LetterBytes(at);
  end += LetterBytes(end);
  const char* const middle = end;
  end += LetterBytes(end);
  end += LetterBytes(end);
  *hash = QuadHash(at, static_cast<size_t>(end - at));
  if (*end == ' ') return end + 1;
  return middle + kSkipped[static_cast<uint8_t>(*middle)];
}

// Cuts the groups of four letters of a part of a text, some dozens at a time, and has their buckets
// fetched.
//
// Where a group begins is known when the one before is read, so there is much to wait for. But at
// each word's start a group begins whatever stands before; so a batch is cut at two places by
// turns.
class QuadCutter {
  static constexpr ptrdiff_t kAhead = 96;  // bytes
  static constexpr int kWords64 = 4;       // looked through from there
  static constexpr size_t kMostFirst = kAhead + 8 * kWords64;
  static constexpr size_t kSingleQuads = 64;

 public:
  static constexpr size_t kMostQuads = 2 * kMostFirst;

  QuadCutter(const GramTable& table, const char* text, int begin, int limit)
      : table_(table), text_(text), at_(text + begin), end_(text + limit) {
    if (*at_ == ' ') ++at_;
  }

  // The next groups, none at the end; behind the last stands where the one after it begins.
  std::span<const Quad> Next() {
    size_ = 0;
    if (const char* const second = WordStartAhead()) {
      CutTwo(second);
    } else {
      while (at_ < end_ && size_ < kSingleQuads) at_ = Cut(at_, &quads_[size_++]);
    }
    at_ = std::min(at_, end_);
    quads_[size_].offset = static_cast<int>(at_ - text_);
    return {quads_.data(), size_};
  }

 private:
  // The start of a word some bytes on; null near the end and where there is none.
  const char* WordStartAhead() const {
    if (end_ - at_ <= 2 * kAhead) return nullptr;
    const char* at = at_ + kAhead;
    for (int i = 0; i < kWords64; ++i, at += 8) {
      const uint64_t spaces = Spaces(Load64(at));
      if (spaces != 0) return at + std::countr_zero(spaces) / 8 + 1;
    }
    return nullptr;
  }

  void CutTwo(const char* second) {
    const char* const middle = second;
    size_t second_size = 0;
    while (at_ < middle && second < end_) {
      at_ = Cut(at_, &quads_[size_++]);
      second = Cut(second, &second_quads_[second_size++]);
    }
    while (at_ < middle) at_ = Cut(at_, &quads_[size_++]);
    std::copy_n(second_quads_.begin(), second_size, quads_.begin() + static_cast<ptrdiff_t>(size_));
    size_ += second_size;
    at_ = second;
  }

  const char* Cut(const char* at, Quad* quad) const {
    quad->offset = static_cast<int>(at - text_);
    const uint64_t word = Load64(at);
    const bool ascii = (word & kFiveBytes & (kEveryByte << 7)) == 0;
    const char* const next = ascii ? AsciiQuad(at, word, &quad->hash) : AnyQuad(at, &quad->hash);
    table_.PrefetchShort(quad->hash);
    return next;
  }

  const GramTable& table_;
  const char* text_;
  const char* at_;
  const char* end_;
  size_t size_ = 0;
  std::array<Quad, kMostQuads + 1> quads_;
  std::array<Quad, kMostFirst> second_quads_;
};

// Looks groups up, in their order. There are no branches that depend on the text, as those would be
// guessed wrong too often.
class QuadReader {
 public:
  QuadReader(const Cld2Tables& tables, GramHits* hits) : tables_(tables), hits_(hits) {}

  // Returns how many of the groups it read before the part had its last hit.
  size_t Read(std::span<const Quad> quads) {
    return tables_.more_quads.empty() ? ReadFrom<false>(quads) : ReadFrom<true>(quads);
  }

 private:
  struct Found {
    uint32_t place;
    uint16_t offset;
    bool in_more;
  };

  template <bool kTwoTables>
  size_t ReadFrom(std::span<const Quad> quads) {
    const GramTable& table = tables_.quads;
    const size_t room = GramHits::kMost - hits_->grams;
    uint32_t last = last_;
    uint32_t last_but_one = last_but_one_;
    size_t found = 0;
    size_t read = 0;
    for (; read < quads.size() && found < room; ++read) {
      const uint32_t hash = quads[read].hash;
      uint32_t entry = table.FindShort(hash);
      uint32_t place = table.Place(entry);
      bool in_more = false;
      if (kTwoTables && entry == 0) {
        in_more = true;
        entry = tables_.more_quads.FindShort(hash);
        place = tables_.more_quads.Place(entry);
      } else {
        table.PrefetchLangs(place);
      }
      found_[found] = {place, static_cast<uint16_t>(quads[read].offset), in_more};
      const bool counts = (entry != 0) & (hash != last) & (hash != last_but_one);
      found += static_cast<size_t>(counts);
      last_but_one = counts ? last : last_but_one;
      last = counts ? hash : last;
    }
    last_ = last;
    last_but_one_ = last_but_one;
    AddHits({found_.data(), found});
    return read;
  }

  void AddHits(std::span<const Found> found) {
    for (const Found& hit : found) {
      hits_->AddGram(hit.in_more ? tables_.more_quads : tables_.quads, hit.place, hit.offset);
    }
  }

  const Cld2Tables& tables_;
  GramHits* hits_;
  std::array<Found, QuadCutter::kMostQuads + 1> found_;
  uint32_t last_ = 0;  // hits; the same again does not count
  uint32_t last_but_one_ = 0;
};

int FindQuads(const Cld2Tables& tables, const char* text, int begin, int limit, GramHits* hits) {
  QuadCutter cutter(tables.quads, text, begin, limit);
  QuadReader reader(tables, hits);
  while (true) {
    const std::span<const Quad> quads = cutter.Next();
    if (quads.empty()) return quads.data()->offset;
    const size_t read = reader.Read(quads);
    if (hits->grams == GramHits::kMost) return (quads.data() + read)->offset;
  }
}

}  // namespace

int FindLetterHits(const Cld2Tables& tables, const ScriptSpan& span, int begin, GramHits* hits) {
  hits->Clear();
  const int next = FindQuads(tables, span.text, begin, span.bytes, hits);
  FindWords(tables, span, begin, next, hits);
  return next;
}

}  // namespace owt::langdetect
