#include "stages/filter/word_runs.h"

#include <algorithm>
#include <cstring>

#include "stages/filter/word_hash.h"

// A run of n words is there more than once only where its first and its last n-1 words are. So the
// places of each n are found among those of n-1, and most texts have few.

namespace owt::filter {
namespace {

constexpr size_t kKeptRunBytes = size_t{8} << 20;  // of scratch, from text to text

uint64_t HashOf(std::string_view text, const Word& word) {
  const char* const bytes = text.data() + word.begin;
  if (word.bytes() > kShortWord || word.begin + kShortWord <= text.size()) {
    return HashWord(bytes, word.bytes());
  }
  char padded[kShortWord] = {};
  std::memcpy(padded, bytes, word.bytes());
  return HashWord(padded, word.bytes());
}

}  // namespace

void WordRuns::Load(std::string_view text, std::span<const Word> words) {
  if (candidates_.capacity() * sizeof(Candidate) > kKeptRunBytes) candidates_ = {};
  counter_.Shrink(kKeptRunBytes);
  hashes_.resize(words.size());
  first_chars_.resize(words.size() + 1);
  uint64_t chars = 0;
  for (size_t i = 0; i < words.size(); ++i) {
    hashes_[i] = HashOf(text, words[i]);
    first_chars_[i] = chars;
    chars += words[i].chars;
  }
  first_chars_[words.size()] = chars;
}

// Makes candidates of two words, but for most of those that are there once.
void WordRuns::CollectPairs() {
  candidates_.clear();
  if (hashes_.size() < kMin) return;
  const size_t num_pairs = hashes_.size() - 1;
  guess_.Reset(num_pairs);
  for (size_t i = 0; i < num_pairs; ++i) guess_.Add(Mix(hashes_[i], hashes_[i + 1]));
  for (size_t i = 0; i < num_pairs; ++i) {
    const uint64_t hash = Mix(hashes_[i], hashes_[i + 1]);
    if (guess_.Repeats(hash)) candidates_.push_back({hash, static_cast<uint32_t>(i)});
  }
}

// From the places of n-1 repeated words to those where n words may be repeated.
void WordRuns::Extend(size_t n) {
  size_t kept = 0;
  for (size_t i = 0; i + 1 < candidates_.size(); ++i) {
    const Candidate candidate = candidates_[i];
    if (candidates_[i + 1].word != candidate.word + 1) continue;
    candidates_[kept++] = {Mix(candidate.hash, hashes_[candidate.word + n - 1]), candidate.word};
  }
  candidates_.resize(kept);
}

// Keeps of the candidates those that are there more than once.
WordRuns::Count WordRuns::CountRuns(size_t n) {
  Count count;
  if (hashes_.size() < n) {
    candidates_.clear();
    return count;
  }
  count.runs = hashes_.size() - n + 1;
  for (size_t i = 0; i < n; ++i) {
    count.all += first_chars_[hashes_.size() - i] - first_chars_[i];
  }
  count.most = 1;
  count.first = CharsOf(0, n);
  counter_.Reset(candidates_.size());
  for (const Candidate& candidate : candidates_) counter_.Add(candidate.hash);
  size_t kept = 0;
  size_t next = 0;  // behind the words that are covered so far
  for (const Candidate& candidate : candidates_) {
    const uint64_t times = counter_.CountOf(candidate.hash);
    if (times == 1) continue;
    const size_t word = candidate.word;
    const uint64_t chars = CharsOf(word, n);
    count.repeated += chars;
    count.covered += first_chars_[word + n] - first_chars_[std::max(word, next)];
    next = word + n;
    if (times > count.most) {
      count.most = times;
      count.first = count.longest = chars;
    } else if (times == count.most) {
      count.longest = std::max(count.longest, chars);
    }
    candidates_[kept++] = candidate;
  }
  candidates_.resize(kept);
  return count;
}

WordRuns::Counts WordRuns::Of(std::string_view text, std::span<const Word> words) {
  Load(text, words);
  Counts counts;
  CollectPairs();
  for (size_t n = kMin; n <= kMax; ++n) {
    if (n > kMin) Extend(n);
    counts[n - kMin] = CountRuns(n);
  }
  return counts;
}

}  // namespace owt::filter
