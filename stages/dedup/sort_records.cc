// American flag sort (McIlroy, Bostic, McIlroy: Engineering Radix Sort, 1993), on the range that
// the numbers have.
#include "stages/dedup/sort_records.h"

#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <bit>
#include <memory>
#include <vector>

#include "pipeline/large_pages.h"

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

// Moves every record to its place in `to`; ends[i] is where those with digit i end.
void Scatter(Records from, Records to, const Digit& digit, std::vector<size_t>* ends) {
  const size_t places = size_t{1} << digit.bits;
  std::vector<size_t>& next = *ends;
  next.assign(places + 1, 0);
  for (const Record& record : from) ++next[digit.Of(record) + 1];
  for (size_t i = 0; i < places; ++i) next[i + 1] += next[i];
  for (const Record& record : from) to[next[digit.Of(record)]++] = record;
  next.pop_back();
}

// The sorted records are in `other` then if `moves`, else where they were.
void Sort(Records records, Records other, size_t word, bool moves) {
  Digit digit;
  const bool few = records.size() <= kFew;
  if (few) SortFew(records, word);
  if (few || !FindDigit(records, word, &digit)) {
    if (moves) std::copy(records.begin(), records.end(), other.begin());
    return;
  }
  std::vector<size_t> ends;
  Scatter(records, other, digit, &ends);
  const auto sort_place = [&](size_t i) {
    const size_t begin = i == 0 ? 0 : ends[i - 1];
    const size_t size = ends[i] - begin;
    // Told apart by all bits of this number, those here are equal in it.
    const size_t next_word = digit.shift == 0 ? digit.word + 1 : digit.word;
    if (size > 0) {
      Sort(other.subspan(begin, size), records.subspan(begin, size), next_word, !moves);
    }
  };
  if (records.size() < kMany) {
    for (size_t i = 0; i < ends.size(); ++i) sort_place(i);
  } else {
    oneapi::tbb::parallel_for(size_t{0}, ends.size(), sort_place);
  }
}

}  // namespace

void SortRecords(std::span<Record> records) {
  if (records.size() <= kFew) return SortFew(records, 0);
  LargePages<Record> memory;
  const auto free = [&](Record* other) { memory.deallocate(other, records.size()); };
  const std::unique_ptr<Record, decltype(free)> other(memory.allocate(records.size()), free);
  Sort(records, {other.get(), records.size()}, 0, false);
}

}  // namespace owt::dedup
