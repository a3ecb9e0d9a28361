#include "formats/kenlm_binary.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

#include "formats/model_cursor.h"
#include "pipeline/error.h"

// The layout is that of lm/binary_format.cc, lm/vocab.cc and lm/search_hashed.hh of KenLM.

namespace owt::formats {
namespace {

constexpr std::string_view kKenlmMagic = "mmap lm http://kheafield.com/code";
constexpr std::string_view kIncomplete = " incomplete\n";
constexpr std::string_view kKenlmVersion = " format version 5\n";
constexpr size_t kKenlmMagicField = 56;
constexpr float kMaxMultiplier = 1000;

constexpr std::string_view kModelTypes[] = {"probing hash tables",
                                            "probing hash tables with rest costs",
                                            "a trie",
                                            "a trie with quantization",
                                            "a trie with compressed pointers",
                                            "a trie with quantization and compressed pointers"};

[[noreturn]] void RefuseKind(const ModelCursor& cursor, std::string_view what) {
  throw Error(ErrorKind::kInput,
              fmt::format("{}, and only probing hash tables are read: make them from the ARPA "
                          "file with KenLM's 'build_binary probing MODEL.arpa MODEL.bin', or "
                          "name the ARPA file itself",
                          what),
              cursor.file());
}

void CheckMagic(ModelCursor& cursor) {
  const std::string_view magic = cursor.Take(kKenlmMagicField, "the magic text");
  if (!IsKenlmBinary(magic)) cursor.Malformed("it does not begin as one");
  const std::string_view version = magic.substr(kKenlmMagic.size());
  if (version.starts_with(kIncomplete)) {
    cursor.Malformed("build_binary did not finish it; make it again");
  }
  if (!version.starts_with(kKenlmVersion)) {
    RefuseKind(cursor, "it is a KenLM model of another version than 5");
  }

  struct MachineTest {
    std::array<float, 3> floats;
    std::array<uint32_t, 3> words;
    uint64_t one;
  };

  static_assert(sizeof(MachineTest) == 32);
  const auto test = cursor.Read<MachineTest>("the test of the machine");
  if (test.floats != std::array<float, 3>{0, 1, -0.5} ||
      test.words != std::array<uint32_t, 3>{1, ~uint32_t{0}, 0} || test.one != 1) {
    cursor.Malformed("it was made on a machine with other numbers");
  }
}

struct KenlmHeader {
  int order = 0;
  float multiplier = 0;
  bool has_words = false;
  std::array<uint64_t, kMaxNgramOrder> counts{};  // of orders 1 to `order`
};

KenlmHeader ReadKenlmHeader(ModelCursor& cursor) {
  CheckMagic(cursor);
  KenlmHeader header;
  header.order = cursor.Read<uint8_t>("the order");
  cursor.Take(3, "padding");
  header.multiplier = cursor.Read<float>("the multiplier");
  const auto type = cursor.Read<uint32_t>("the type");
  if (type >= std::size(kModelTypes)) cursor.Malformed(fmt::format("there is no type {}", type));
  if (type != 0) RefuseKind(cursor, fmt::format("it is a KenLM model of {}", kModelTypes[type]));
  header.has_words = cursor.Read<uint8_t>("the mark of words") != 0;
  cursor.Take(3, "padding");
  if (const auto version = cursor.Read<uint32_t>("the version of the tables"); version != 0) {
    cursor.Malformed(fmt::format("its tables are of version {}, not 0", version));
  }
  if (header.order < 2 || header.order > kMaxNgramOrder) {
    cursor.Malformed(
        fmt::format("its order is {}, which is not within 2 and {}", header.order, kMaxNgramOrder));
  }
  if (!(header.multiplier > 1 && header.multiplier <= kMaxMultiplier)) {
    cursor.Malformed(
        fmt::format("its tables are {} times as large as their entries", header.multiplier));
  }
  for (int n = 0; n < header.order; ++n) {
    header.counts[static_cast<size_t>(n)] = cursor.Read<uint64_t>("the numbers of n-grams");
    if (header.counts[static_cast<size_t>(n)] > cursor.size()) {
      cursor.Malformed(fmt::format("{} {}-grams are more than the file has bytes",
                                   header.counts[static_cast<size_t>(n)], n + 1));
    }
  }
  cursor.Take(4, "padding");
  return header;
}

template <class Table>
Table TakeTable(ModelCursor& cursor, uint64_t entries, float multiplier, std::string_view what) {
  // In floats, as KenLM reckons: their rounding decides the size.
  const float scaled = multiplier * static_cast<float>(entries);
  const uint64_t buckets = std::max(entries + 1, static_cast<uint64_t>(scaled));
  return {cursor.TakeArray(buckets, Table::kEntryBytes, what), buckets};
}

// Every id that a word can have is there.
void CheckWordIds(const ModelCursor& cursor, const NgramTables& tables) {
  for (uint64_t bucket = 0; bucket < tables.words.buckets(); ++bucket) {
    const char* entry = tables.words.entry(bucket);
    const auto id = LoadAt<uint32_t>(entry + ProbingTable<12>::kKeyBytes);
    if (LoadAt<uint64_t>(entry) != 0 && id >= tables.num_words) {
      cursor.Malformed(fmt::format("a word has the id {} of {}", id, tables.num_words));
    }
  }
}

}  // namespace

bool IsKenlmBinary(std::string_view head) {
  static_assert(kKenlmMagic.size() == kKenlmMagicBytes);
  return head.starts_with(kKenlmMagic);
}

NgramTables ParseKenlmBinary(std::string_view bytes, const std::string& file) {
  ModelCursor cursor(bytes, "KenLM model", file);
  const KenlmHeader header = ReadKenlmHeader(cursor);
  const auto counts = std::span(header.counts).first(static_cast<size_t>(header.order));
  NgramTables tables;
  tables.order = header.order;
  if (const auto version = cursor.Read<uint32_t>("the version of the words"); version != 0) {
    cursor.Malformed(fmt::format("its words are of version {}, not 0", version));
  }
  tables.num_words = cursor.Read<uint32_t>("the number of words");
  if (tables.num_words < 1 || tables.num_words > counts[0] + 1) {
    cursor.Malformed(
        fmt::format("{} words, of which {} have a probability", tables.num_words, counts[0] + 1));
  }
  tables.words =
      TakeTable<ProbingTable<12>>(cursor, counts[0], header.multiplier, "the table of words");
  CheckWordIds(cursor, tables);
  tables.unigrams = cursor.TakeArray(counts[0] + 1, kNgramWeightsBytes, "the unigrams");
  for (size_t n = 2; n < counts.size(); ++n) {
    tables.middle.push_back(TakeTable<ProbingTable<16>>(cursor, counts[n - 1], header.multiplier,
                                                        fmt::format("the {}-grams", n)));
  }
  tables.longest = TakeTable<ProbingTable<12>>(cursor, counts.back(), header.multiplier,
                                               fmt::format("the {}-grams", counts.size()));
  constexpr std::string_view kFirstWord("<unk>\0", 6);
  if (header.has_words && !cursor.rest().starts_with(kFirstWord)) {
    cursor.Take(0, "the words");
    cursor.Malformed("its words are not where its tables end");
  }
  return tables;
}

}  // namespace owt::formats
