// dedup_corpus KIND COUNT: writes COUNT documents as jsonl to standard output. Document N depends
// on N alone, so that what must become of it is known. KIND:
//   mixed        about 3 KB of words of a Zipf distribution. 5 % are equal to an earlier original,
//                10 % have 0 (other punctuation) to some words replaced
//   same         all equal
//   punctuation  300 words, the same in all, with other commas
//   few-words    one word each, of 4,000
//   words        one word each, all different
//   long         100 MB each; every second one is near the one before
//
// dedup_corpus check COUNT OUTPUT: whether OUTPUT is what `owt dedup --lsh` makes of mixed.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr size_t kVocabulary = 50000;
constexpr size_t kDrawTable = size_t{1} << 20;
constexpr size_t kShingle = 5;
constexpr size_t kLongBytes = 100'000'000;

// splitmix64 (Steele, Lea and Flood 2014).
uint64_t Mix(uint64_t x) {
  x += 0x9E3779B97F4A7C15;
  x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9;
  x = (x ^ x >> 27) * 0x94D049BB133111EB;
  return x ^ x >> 31;
}

uint64_t Draw(uint64_t document, uint64_t what) { return Mix(Mix(document) ^ what); }

enum What : uint64_t { kKind = 1, kSource, kLength, kWords, kPunctuation, kEdits, kLevel };

// How many documents a word is in falls as 1 / rank.
class Vocabulary {
 public:
  Vocabulary() {
    for (size_t rank = 0; rank < kVocabulary; ++rank) words_.push_back(Spell(rank));
    std::vector<double> ends;
    double sum = 0;
    for (size_t rank = 0; rank < kVocabulary; ++rank) {
      sum += 1 / (static_cast<double>(rank) + 2.7);
      ends.push_back(sum);
    }
    size_t rank = 0;
    for (size_t i = 0; i < kDrawTable; ++i) {
      const double at = sum * (static_cast<double>(i) + 0.5) / static_cast<double>(kDrawTable);
      while (ends[rank] < at) ++rank;
      drawn_.push_back(static_cast<uint16_t>(rank));
    }
  }

  const std::string& word(size_t rank) const { return words_[rank]; }

  uint16_t Drawn(uint64_t bits) const { return drawn_[bits % kDrawTable]; }

 private:
  // Syllables, the commonest words the shortest.
  static std::string Spell(size_t rank) {
    std::string word;
    do {
      word += "bcdfghklmnprstvw"[rank % 16];
      word += "aeiouy"[rank / 16 % 6];
      rank /= 96;
    } while (rank > 0);
    return word;
  }

  std::vector<std::string> words_;
  std::vector<uint16_t> drawn_;
};

struct Plan {
  bool is_exact = false;
  bool is_near = false;
  uint64_t source = 0;
  size_t words = 0;
  size_t edits = 0;
  double jaccard = 1;  // with the source
};

bool IsOriginal(uint64_t document) { return document == 0 || Draw(document, kKind) % 100 >= 15; }

Plan PlanOf(uint64_t document) {
  Plan plan;
  plan.source = document;
  if (!IsOriginal(document)) {
    plan.is_exact = Draw(document, kKind) % 100 < 5;
    plan.is_near = !plan.is_exact;
    plan.source = Draw(document, kSource) % document;
    while (!IsOriginal(plan.source)) --plan.source;
  }
  plan.words = 120 + Draw(plan.source, kLength) % 1000;
  if (!plan.is_near) return plan;
  // Each replaced word takes kShingle shingles away and brings as many.
  constexpr double kLevels[] = {1, 0.97, 0.93, 0.89, 0.7, 0.5};
  const double level = kLevels[Draw(document, kLevel) % std::size(kLevels)];
  const auto shingles = static_cast<double>(plan.words - kShingle + 1);
  plan.edits = static_cast<size_t>(std::ceil(shingles * (1 - level) / (1 + level) / kShingle));
  const auto changed = static_cast<double>(plan.edits * kShingle);
  plan.jaccard = (shingles - changed) / (shingles + changed);
  return plan;
}

// One line, its text of `words`, some of them replaced.
void AppendText(const Vocabulary& vocabulary, uint64_t document, const Plan& plan,
                std::string* out) {
  uint64_t state = Draw(plan.source, kWords);
  const bool own_marks = plan.is_near && plan.edits == 0;
  uint64_t marks = Draw(own_marks ? document : plan.source, kPunctuation);
  size_t edit = 0;
  bool starts = true;
  for (size_t i = 0; i < plan.words; ++i) {
    state = state * 6364136223846793005 + 1442695040888963407;
    marks = marks * 6364136223846793005 + 1442695040888963407;
    const size_t at = out->size();
    if (edit < plan.edits && i == (2 * edit + 1) * plan.words / (2 * plan.edits)) {
      *out += fmt::format("x{:x}", Draw(document, kEdits + edit++));
    } else {
      *out += vocabulary.word(vocabulary.Drawn(state >> 40));
    }
    if (starts) (*out)[at] = static_cast<char>((*out)[at] - 'a' + 'A');
    starts = marks >> 60 == 0;
    if (starts) {
      *out += marks >> 58 & 1 ? ".\\n" : ". ";
    } else {
      *out += marks >> 60 == 1 ? ", " : " ";
    }
  }
}

void AppendLine(const Vocabulary& vocabulary, uint64_t document, std::string* out) {
  *out += fmt::format("{{\"id\":{},\"url\":\"http://example.com/{}\",\"text\":\"", document,
                      Draw(document, 0) % 1000);
  AppendText(vocabulary, document, PlanOf(document), out);
  *out += "\"}\n";
}

void AppendHostile(const Vocabulary& vocabulary, std::string_view kind, uint64_t document,
                   std::string* out) {
  *out += "{\"text\":\"";
  if (kind == "few-words") *out += vocabulary.word(document % 4000);
  if (kind == "words") *out += fmt::format("word{}", document);
  if (kind == "same" || kind == "punctuation") {
    for (size_t i = 0; i < 300; ++i) {
      *out += vocabulary.word(vocabulary.Drawn(Draw(7, i)));
      *out += kind != "same" && i < 64 && (document >> i & 1) != 0 ? ", " : " ";
    }
  }
  if (kind == "long") {
    const size_t begin = out->size();
    for (uint64_t i = 0; out->size() - begin < kLongBytes; ++i) {
      *out += vocabulary.word(vocabulary.Drawn(Draw(document / 2, i)));
      *out += document % 2 == 1 && i % 1000 == 0 ? " other " : " ";
    }
  }
  *out += "\"}\n";
}

void Flush(std::string* out) {
  if (std::fwrite(out->data(), 1, out->size(), stdout) != out->size()) std::abort();
  out->clear();
}

int Generate(const Vocabulary& vocabulary, std::string_view kind, uint64_t count) {
  std::string out;
  for (uint64_t document = 0; document < count; ++document) {
    if (kind == "mixed") {
      AppendLine(vocabulary, document, &out);
    } else {
      AppendHostile(vocabulary, kind, document, &out);
    }
    if (out.size() > 1 << 20) Flush(&out);
  }
  Flush(&out);
  return 0;
}

// Calls on_line(line) for each, with its end.
template <typename OnLine>
void ForEachLine(const char* path, const OnLine& on_line) {
  std::FILE* file = std::fopen(path, "r");
  if (file == nullptr) std::abort();
  char* line = nullptr;
  size_t capacity = 0;
  for (ssize_t size; (size = getline(&line, &capacity, file)) > 0;) {
    on_line(std::string_view(line, static_cast<size_t>(size)));
  }
  std::free(line);
  std::fclose(file);
}

struct Counts {
  uint64_t kept = 0, exact = 0, near = 0, near_found = 0, unlike = 0, wrong = 0;

  void Note(uint64_t document, bool is_kept) {
    const Plan plan = PlanOf(document);
    kept += is_kept;
    exact += plan.is_exact;
    const bool is_alike = plan.is_near && plan.jaccard >= 0.85;
    near += is_alike;
    near_found += is_alike && !is_kept;
    const bool is_unlike = plan.is_near && plan.jaccard <= 0.75;
    unlike += is_unlike;
    const bool must_stay = is_unlike || (!plan.is_near && !plan.is_exact);
    wrong += must_stay != is_kept && (must_stay || plan.is_exact);
  }
};

int Check(const Vocabulary& vocabulary, uint64_t count, const char* path) {
  Counts counts;
  uint64_t next = 0;
  std::string expected;
  ForEachLine(path, [&](std::string_view line) {
    uint64_t id = 0;
    const std::string_view number = line.substr(std::strlen("{\"id\":"));
    std::from_chars(number.data(), number.data() + number.size(), id);
    for (; next < id; ++next) counts.Note(next, false);
    if (next++ != id || id >= count) ++counts.wrong;
    counts.Note(id, true);
    if (id % 64 != 0) return;
    expected.clear();
    AppendLine(vocabulary, id, &expected);
    counts.wrong += expected != line;
  });
  for (; next < count; ++next) counts.Note(next, false);
  const double found = static_cast<double>(counts.near_found) / static_cast<double>(counts.near);
  fmt::print(
      "{} of {} documents kept; all {} equal ones removed; of {} of J >= 0.85 {:.3f} % removed; "
      "all "
      "{} of J <= 0.75 kept\n",
      counts.kept, count, counts.exact, counts.near, 100 * found, counts.unlike);
  if (counts.wrong == 0 && found >= 0.995) return 0;
  fmt::print(stderr, "{} documents went or stayed against expectation\n", counts.wrong);
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  const Vocabulary vocabulary;
  const uint64_t count = std::strtoull(argv[2], nullptr, 10);
  if (std::string_view(argv[1]) != "check") return Generate(vocabulary, argv[1], count);
  return argc == 4 ? Check(vocabulary, count, argv[3]) : 2;
}
