#include "stages/langdetect/cld2_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <string_view>

#include "pipeline/error.h"
#include "stages/langdetect/top_two.h"

namespace owt::langdetect {
namespace {

void Expect(bool as_expected, std::string_view what) {
  if (as_expected) return;
  throw Error(ErrorKind::kExternal,
              fmt::format("the tables of the installed libcld2 ({}) are not those that owt reads: "
                          "{}; install libcld2-0 0.0.0-git20150806",
                          CLD2::DetectLanguageVersion(), what));
}

std::array<uint32_t, 256> Scores() {
  std::array<uint32_t, 256> scores = {};
  for (int i = 0; i < CLD2::kLgProbV2TblSize; ++i) {
    const CLD2::uint8* const entry = CLD2::LgProb2TblEntry(i);
    for (int j = 2; j >= 0; --j) {
      scores[static_cast<size_t>(i)] =
          scores[static_cast<size_t>(i)] << 8 | CLD2::LgProb3(entry, j);
    }
  }
  return scores;
}

ScriptFacts FactsOf(CLD2::ULScript script) {
  const CLD2::Language common = CLD2::DefaultLanguage(script);
  return {CLD2::ULScriptRecognitionType(script), common, CLD2::MakeLangProb(common, 1),
          static_cast<uint32_t>(CLD2::LScript4(script))};
}

std::array<uint16_t, 256> LanguagesIn(CLD2::ULScript script) {
  std::array<uint16_t, 256> languages;
  for (size_t i = 0; i < languages.size(); ++i) {
    const CLD2::Language language = CLD2::FromPerScriptNumber(script, static_cast<CLD2::uint8>(i));
    Expect(language < CLD2::NUM_LANGUAGES, "a script has a language without a name");
    languages[i] = static_cast<uint16_t>(language);
  }
  return languages;
}

uint32_t HighestNumberIn(uint32_t langs) {
  return std::max({langs >> 8 & 0xFF, langs >> 16 & 0xFF, langs >> 24});
}

}  // namespace

GramTable::GramTable(const CLD2::CLD2TableSummary& table)
    : buckets_(table.kCLDTableSize == 0 ? nullptr : table.kCLDTable->keyvalue),
      langs_(table.kCLDTableInd),
      bucket_mask_(table.kCLDTableSize - 1),
      key_mask_(table.kCLDTableKeyMask),
      key_shift_(static_cast<unsigned>(std::countr_zero(key_mask_))),
      places_of_one_(table.kCLDTableSizeOne) {
  Expect(empty() || std::has_single_bit(table.kCLDTableSize),
         fmt::format("a table of {} buckets", table.kCLDTableSize));
  Expect(std::has_single_bit(uint64_t{~key_mask_} + 1),
         fmt::format("a key of the bits {:08x}", key_mask_));
  uint32_t last = 0;
  for (size_t i = 0; i < bucket_words(); ++i) last = std::max(last, Place(buckets_[i]));
  langs_words_ = size_t{HasTwo(last) ? AtOfTwo(last) + 1 : last} + 1;
}

uint32_t* GramTable::MoveTo(uint32_t* to) {
  std::copy_n(buckets_, bucket_words(), to);
  std::copy_n(langs_, langs_words_, to + bucket_words());
  buckets_ = to;
  langs_ = to + bucket_words();
  return to + copy_size();
}

void GramTable::MakeSieve() {
  sieve_.assign(bucket_words() / 4, 0);
  for (size_t i = 0; i < bucket_words(); ++i) {
    if (buckets_[i] != 0) sieve_[i / 4] |= 1U << (buckets_[i] >> key_shift_) % 32;
  }
}

uint32_t GramTable::HighestNumber() const {
  uint32_t highest = 0;
  for (size_t i = 0; i < langs_words_; ++i) highest = std::max(highest, HighestNumberIn(langs_[i]));
  return highest;
}

bool GramTable::IsPlain() const {
  return std::all_of(buckets_, buckets_ + bucket_words(), [this](uint32_t entry) {
    return entry == 0 || (!HasTwo(Place(entry)) && OneLangs(entry) != 0);
  });
}

Cld2Tables::Cld2Tables()
    : quads(CLD2::kQuad_obj),
      more_quads(CLD2::kQuad_obj2),
      words(CLD2::kDeltaOcta_obj),
      distinct_words(CLD2::kDistinctOcta_obj),
      quads_are_plain(more_quads.empty() && quads.IsPlain()),
      han_grams(CLD2::kCjkCompat_obj),
      han_pairs(CLD2::kCjkDeltaBi_obj),
      distinct_han_pairs(CLD2::kDistinctBiTable_obj),
      scores(Scores()),
      latin_languages(LanguagesIn(CLD2::ULScript_Latin)),
      other_languages(LanguagesIn(CLD2::ULScript_Cyrillic)) {
  Expect(std::string_view(CLD2::DetectLanguageVersion()).starts_with("V2.0"), "another version");
  // The second table of quads alone may be missing.
  for (const GramTable* table :
       {&quads, &words, &distinct_words, &han_pairs, &distinct_han_pairs}) {
    Expect(!table->empty(), "a table is empty");
  }
  Expect(CLD2::kAvgDeltaOctaScoreSize >= 4 * CLD2::NUM_LANGUAGES,
         fmt::format("{} expected scores", CLD2::kAvgDeltaOctaScoreSize));
  for (const GramTable* table : {&words, &distinct_words}) {
    Expect(table->IsPlain(), "a word has not one set of languages");
  }
  distinct_words.MakeSieve();
  std::array<GramTable*, 3> often_read = {&quads, &words, &distinct_words};
  size_t size = 0;
  for (const GramTable* table : often_read) size += table->copy_size();
  // Less than a large page would get none.
  copies_.resize(std::max(size, kLargePageBytes / sizeof(uint32_t)));
  uint32_t* to = copies_.data();
  for (GramTable* table : often_read) to = table->MoveTo(to);
  for (size_t i = 0; i < scripts.size(); ++i) scripts[i] = FactsOf(static_cast<CLD2::ULScript>(i));
  SetNumScores();
  for (size_t i = 0; i < close_sets.size(); ++i) {
    close_sets[i] = static_cast<uint8_t>(CLD2::LanguageCloseSet(static_cast<CLD2::Language>(i)));
  }
}

void Cld2Tables::SetNumScores() {
  uint32_t highest = 0;
  for (const GramTable* table :
       {&quads, &more_quads, &words, &distinct_words, &han_pairs, &distinct_han_pairs}) {
    if (!table->empty()) highest = std::max(highest, table->HighestNumber());
  }
  for (const ScriptFacts& script : scripts) {
    highest = std::max(highest, HighestNumberIn(script.default_langs));
  }
  num_scores = (highest / kNumbersAtOnce + 1) * kNumbersAtOnce;
}

const Cld2Tables& Cld2Tables::Get() {
  static const Cld2Tables tables;
  return tables;
}

}  // namespace owt::langdetect
