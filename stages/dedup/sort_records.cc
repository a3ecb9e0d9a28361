// American flag sort (McIlroy, Bostic, McIlroy: Engineering Radix Sort, 1993), on the range that
// the numbers have.
#include "stages/dedup/sort_records.h"

#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <bit>
#include <utility>
#include <vector>

namespace owt::dedup {
namespace {

using Record = std::array<uint64_t, 3>;
using Records = std::span<Record>;

constexpr size_t kFew = 32;                // sorted by insertion
constexpr size_t kMany = size_t{1} << 14;  // worth another thread
constexpr int kMostBits = 11;

bool IsLess(const Record& a, const Record& b, size_t word) {
  for (; word < 2; ++word) {
    if (a[word] != b[word]) return a[word] < b[word];
  }
  return a[2] < b[2];
}

void SortFew(Records records, size_t word) {
  for (size_t i = 1; i < records.size(); ++i) {
    const Record record = records[i];
    size_t at = i;
    for (; at > 0 && IsLess(record, records[at - 1], word); --at) records[at] = records[at - 1];
    records[at] = record;
  }
}

// Which bits of which number the records are told apart by.
struct Digit {
  size_t word;
  uint64_t least;
  int shift;
  int bits;

  size_t Of(const Record& record) const { return (record[word] - least) >> shift; }
};

// False where all records are equal from `word` on.
bool FindDigit(Records records, size_t word, Digit* digit) {
  for (; word < 3; ++word) {
    uint64_t least = records[0][word];
    uint64_t most = least;
    for (const Record& record : records) {
      least = std::min(least, record[word]);
      most = std::max(most, record[word]);
    }
    if (least == most) continue;
    const auto width = static_cast<int>(std::bit_width(most - least));
    // A place for each two records.
    const int bits =
        std::min({width, kMostBits, static_cast<int>(std::bit_width(records.size())) - 2});
    *digit = {word, least, width - bits, bits};
    return true;
  }
  return false;
}

// Moves every record to its place; ends[i] is then where those with digit i end.
void Partition(Records records, const Digit& digit, std::vector<size_t>* ends) {
  const size_t places = size_t{1} << digit.bits;
  std::vector<size_t> next(places + 1);
  for (const Record& record : records) ++next[digit.Of(record) + 1];
  for (size_t i = 0; i < places; ++i) next[i + 1] += next[i];
  ends->assign(next.begin() + 1, next.end());
  for (size_t place = 0; place < places; ++place) {
    while (next[place] < (*ends)[place]) {
      Record record = records[next[place]];
      for (size_t to; (to = digit.Of(record)) != place;) {
        std::swap(record, records[next[to]++]);
      }
      records[next[place]++] = record;
    }
  }
}

void Sort(Records records, size_t word) {
  if (records.size() <= kFew) return SortFew(records, word);
  Digit digit;
  if (!FindDigit(records, word, &digit)) return;
  std::vector<size_t> ends;
  Partition(records, digit, &ends);
  const auto sort_place = [&](size_t i) {
    const size_t begin = i == 0 ? 0 : ends[i - 1];
    const size_t size = ends[i] - begin;
    // Told apart by all bits of this number, those here are equal in it.
    if (size > 1)
      Sort(records.subspan(begin, size), digit.shift == 0 ? digit.word + 1 : digit.word);
  };
  if (records.size() < kMany) {
    for (size_t i = 0; i < ends.size(); ++i) sort_place(i);
  } else {
    oneapi::tbb::parallel_for(size_t{0}, ends.size(), sort_place);
  }
}

}  // namespace

void SortRecords(std::span<Record> records) { Sort(records, 0); }

}  // namespace owt::dedup
