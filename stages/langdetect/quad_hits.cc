#include <array>
#include <span>

#include "stages/langdetect/gram_hits.h"
#include "stages/langdetect/quad_cutter.h"

// Groups of four letters. CLD2's tables of them are larger than the near caches, but a text has few
// that are not among those it had before.

namespace owt::langdetect {
namespace {

// Stands for what a KnownQuad cannot hold: two langs or, in place of none, some without a language.
constexpr uint32_t kLookUp = 1;

// Adds the hits of groups, batch by batch. What a text says next cannot be guessed, so nothing that
// is done for every group depends on it by a branch: groups that are not known are noted and looked
// up together.
class QuadReader {
 public:
  QuadReader(const Cld2Tables& tables, GramHits* hits) : tables_(tables), hits_(hits) {}

  // Returns how many of the groups it read before the part had its last hit. REQUIRES: no more than
  // QuadCutter::kMostQuads.
  size_t Read(std::span<const Quad> quads) {
    FindLangs(quads);
    const size_t room = GramHits::kMost - hits_->grams;
    uint32_t last = last_;
    uint32_t last_but_one = last_but_one_;
    GramHit* to = hits_->bases.data() + hits_->bases_end;
    size_t found = 0;
    size_t read = 0;
    for (; read < quads.size() && found < room; ++read) {
      const uint32_t hash = quads[read].hash;
      const uint32_t langs = langs_[read];
      const auto offset = static_cast<uint16_t>(quads[read].offset);
      const auto counts = static_cast<uint32_t>((langs != 0) & (hash != last) &  //
                                                (hash != last_but_one));
      *to = {langs, offset, false};
      if (langs == kLookUp) [[unlikely]] {
        to = AddAll(hash, offset, counts, to);
      } else {
        to += counts;
      }
      found += counts;
      const uint32_t kept = counts - 1;  // all bits where it does not count
      last_but_one = (last & ~kept) | (last_but_one & kept);
      last = (hash & ~kept) | (last & kept);
    }
    last_ = last;
    last_but_one_ = last_but_one;
    hits_->bases_end = static_cast<size_t>(to - hits_->bases.data());
    hits_->grams += found;
    return read;
  }

 private:
  struct Found {
    const GramTable* table;
    uint32_t entry;  // 0: none
  };

  // Sets langs_ of all groups, 0 where no table has them.
  void FindLangs(std::span<const Quad> quads) {
    size_t num_unknown = 0;
    for (size_t i = 0; i < quads.size(); ++i) {
      const KnownQuad known = hits_->PlaceOfQuad(quads[i].hash);
      langs_[i] = known.langs;
      unknown_[num_unknown] = static_cast<uint16_t>(i);
      num_unknown += static_cast<size_t>(known.hash != quads[i].hash);
    }
    for (size_t j = 0; j < num_unknown; ++j) {
      tables_.quads.PrefetchShort(quads[unknown_[j]].hash);
    }
    for (size_t j = 0; j < num_unknown; ++j) {
      const size_t i = unknown_[j];
      const uint32_t hash = quads[i].hash;
      langs_[i] = LangsInTables(hash);
      hits_->PlaceOfQuad(hash) = {hash, langs_[i]};
    }
  }

  uint32_t LangsInTables(uint32_t hash) const {
    const Found found = Find(hash);
    const uint32_t place = found.table->Place(found.entry);
    const uint32_t langs = found.table->Langs(place);
    const bool odd = found.table->HasTwo(place) || langs == 0;
    return found.entry == 0 ? 0 : odd ? kLookUp : langs;
  }

  Found Find(uint32_t hash) const {
    const uint32_t entry = tables_.quads.FindShort(hash);
    if (tables_.more_quads.empty() || entry != 0) return {&tables_.quads, entry};
    return {&tables_.more_quads, tables_.more_quads.FindShort(hash)};
  }

  // Adds all langs of a group that is in a table, if it counts; returns where the next hit goes.
  GramHit* AddAll(uint32_t hash, uint16_t offset, uint32_t counts, GramHit* to) const {
    if (counts == 0) return to;
    const Found found = Find(hash);
    const uint32_t place = found.table->Place(found.entry);
    const auto add = [&](uint32_t langs) {
      *to = {langs, offset, false};
      to += langs != 0 ? 1 : 0;
    };
    add(found.table->Langs(place));
    if (found.table->HasTwo(place)) add(found.table->SecondLangs(place));
    return to;
  }

  const Cld2Tables& tables_;
  GramHits* hits_;
  uint32_t last_ = 0;  // hits; the same again does not count
  uint32_t last_but_one_ = 0;
  std::array<uint32_t, QuadCutter::kMostQuads + 1> langs_;  // of a batch
  std::array<uint16_t, QuadCutter::kMostQuads + 1> unknown_;
};

int FindQuads(const Cld2Tables& tables, const char* text, int begin, int limit, GramHits* hits) {
  QuadCutter cutter(text, begin, limit);
  QuadReader reader(tables, hits);
  while (true) {
    const std::span<const Quad> quads = cutter.Next();
    if (quads.empty()) return static_cast<int>(quads.data()->offset);
    const size_t read = reader.Read(quads);
    if (hits->grams == GramHits::kMost) return static_cast<int>((quads.data() + read)->offset);
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
