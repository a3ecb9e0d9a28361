#include <algorithm>
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
    if (!tables_.quads_are_plain) return AddOneByOne(quads);
    size_t read = 0;
    while (read < quads.size() && hits_->grams < GramHits::kMost) {
      const size_t most = std::min(quads.size() - read, GramHits::kMost - hits_->grams);
      AddPlain(quads.subspan(read, most), langs_.data() + read);
      read += most;
    }
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
    const std::span unknown = std::span(unknown_).first(num_unknown);
    if (tables_.quads_are_plain) {
      LookUpPlain(quads, unknown);
    } else {
      for (const size_t i : unknown) langs_[i] = LangsInTables(quads[i].hash);
    }
    for (const size_t i : unknown) hits_->PlaceOfQuad(quads[i].hash) = {quads[i].hash, langs_[i]};
  }

  // Each read waits for memory, so all are asked for before any is taken.
  void LookUpPlain(std::span<const Quad> quads, std::span<const uint16_t> unknown) {
    const GramTable& table = tables_.quads;
    for (const size_t i : unknown) table.PrefetchShort(quads[i].hash);
    for (const size_t i : unknown) {
      langs_[i] = table.FindShort(quads[i].hash);  // the entry first
      table.PrefetchLangs(table.Place(langs_[i]));
    }
    for (const size_t i : unknown) langs_[i] = table.OneLangs(langs_[i]);
  }

  uint32_t LangsInTables(uint32_t hash) const {
    const Found found = Find(hash);
    if (found.entry == 0) return 0;
    const uint32_t place = found.table->Place(found.entry);
    const uint32_t langs = found.table->Langs(place);
    return found.table->HasTwo(place) || langs == 0 ? kLookUp : langs;
  }

  Found Find(uint32_t hash) const {
    const uint32_t entry = tables_.quads.FindShort(hash);
    if (tables_.more_quads.empty() || entry != 0) return {&tables_.quads, entry};
    return {&tables_.more_quads, tables_.more_quads.FindShort(hash)};
  }

  // Adds groups of one langs each, no more than the part has room for.
  void AddPlain(std::span<const Quad> quads, const uint32_t* all_langs) {
    uint32_t last = last_;
    uint32_t last_but_one = last_but_one_;
    GramHit* const to = hits_->bases.data() + hits_->bases_end;
    size_t found = 0;
    for (size_t i = 0; i < quads.size(); ++i) {
      const auto [hash, offset] = quads[i];
      const uint32_t langs = all_langs[i];
      to[found] = {langs, static_cast<uint16_t>(offset), false};
      const auto counts = static_cast<uint32_t>((langs != 0) & (hash != last) &  //
                                                (hash != last_but_one));
      found += counts;
      const uint32_t mask = 0 - counts;
      last_but_one ^= (last_but_one ^ last) & mask;
      last ^= (last ^ hash) & mask;
    }
    last_ = last;
    last_but_one_ = last_but_one;
    hits_->bases_end += found;
    hits_->grams += found;
  }

  // Adds any, up to the part's last. Returns how many groups these are.
  size_t AddOneByOne(std::span<const Quad> quads) {
    size_t read = 0;
    for (; read < quads.size() && hits_->grams < GramHits::kMost; ++read) {
      const auto [hash, offset] = quads[read];
      if (langs_[read] == 0 || hash == last_ || hash == last_but_one_) continue;
      if (langs_[read] == kLookUp) {
        const Found found = Find(hash);
        hits_->AddGram(*found.table, found.table->Place(found.entry), static_cast<int>(offset));
      } else {
        hits_->AddBase(langs_[read], static_cast<int>(offset));
        ++hits_->grams;
      }
      last_but_one_ = last_;
      last_ = hash;
    }
    return read;
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
