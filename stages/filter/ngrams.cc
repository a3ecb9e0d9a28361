#include "stages/filter/ngrams.h"

#include <algorithm>
#include <cstring>

#include "stages/filter/word_hash.h"

// Most runs of words are there once, and what is there once decides nothing. So each pass looks at
// places alone that may repeat:
// - n words repeat only where their first and their last n-1 words do. The places of each n are
//   found among those of n-1.
// - n joined words of 16 bytes or more repeat only where their first 16 bytes do, and longer ones
//   where their first 24, 32 or 40 do. All of more than n words begin with n words.
// Which hashes are there twice is guessed first (repeat_guess.h).

namespace owt::filter {
namespace {

constexpr size_t kPadding = 48;                 // zeros behind letters_
constexpr size_t kKeptBytes = size_t{8} << 20;  // of scratch, from text to text

template <class Values>
void KeepAtMost(size_t max_bytes, Values* values) {
  if (values->capacity() * sizeof((*values)[0]) > max_bytes) *values = {};
}

}  // namespace

void Ngrams::Load(const TextParts& parts) {
  KeepAtMost(kKeptBytes, &letters_);
  KeepAtMost(kKeptBytes, &hashes_);
  KeepAtMost(kKeptBytes, &candidates_);
  counter_.Shrink(kKeptBytes);
  const std::string_view text = parts.text();
  const std::span<const Word> words = parts.words();
  num_words_ = words.size();
  letters_.resize(text.size() + 2 * kPadding);
  first_bytes_.resize(num_words_ + 1);
  first_chars_.resize(num_words_ + 1);
  hashes_.resize(num_words_);
  uint32_t bytes = 0;
  uint32_t chars = 0;
  for (size_t i = 0; i < num_words_; ++i) {
    const Word& word = words[i];
    char* const to = letters_.data() + bytes;
    const char* const from = text.data() + word.begin;
    if (word.bytes() <= kShortWord && word.begin + kShortWord <= text.size()) {
      const uint64_t first = Load64(from), second = Load64(from + 8);
      std::memcpy(to, &first, 8);  // what is too much is written over by the next word
      std::memcpy(to + 8, &second, 8);
      hashes_[i] = HashShortWord(first, second, word.bytes());
    } else {
      std::memcpy(to, from, word.bytes());
      hashes_[i] = HashWord(to, word.bytes());
    }
    first_bytes_[i] = bytes;
    first_chars_[i] = chars;
    bytes += word.bytes();
    chars += word.chars;
  }
  first_bytes_[num_words_] = bytes;
  first_chars_[num_words_] = chars;
  std::memset(letters_.data() + bytes, 0, kPadding);
}

// Makes candidates of the first `num_places` words but most of those whose hash no other has, and
// of all that stay whatever their hash.
template <class HashOf, class Stays>
void Ngrams::Collect(size_t num_places, HashOf hash_of, Stays stays) {
  if (candidates_.size() < num_places) candidates_.resize(num_places);
  guess_.Reset(num_places);
  size_t kept = 0;
  for (size_t i = 0; i < num_places; ++i) guess_.Add(hash_of(i));
  for (size_t i = 0; i < num_places; ++i) {
    const uint64_t hash = hash_of(i);
    candidates_[kept] = {hash, static_cast<uint32_t>(i)};
    kept += static_cast<size_t>(guess_.Repeats(hash)) | static_cast<size_t>(stays(i));
  }
  num_candidates_ = kept;
}

// Wherever n words stand that are there more than once, the same two words begin, and the n words
// are no longer than the kMaxTop that begin there. So their sum is at most that of these over all
// places of these two words, and of others with the same few bits of their hash.
uint64_t Ngrams::MostTopChars() {
  constexpr unsigned kBits = 10;
  sums_.assign(size_t{1} << kBits, 0);
  for (size_t i = 0; i + 1 < num_words_; ++i) {
    const size_t length = std::min<size_t>(kMaxTop, num_words_ - i);
    sums_[Mix(hashes_[i], hashes_[i + 1]) >> (64 - kBits)] += CharsOf(i, length) + kMaxTop - 1;
  }
  return *std::max_element(sums_.begin(), sums_.end());
}

std::array<uint64_t, Ngrams::kMaxTop - Ngrams::kMinTop + 1> Ngrams::TopChars() {
  std::array<uint64_t, kMaxTop - kMinTop + 1> chars{};
  Collect(
      num_words_ - std::min<size_t>(num_words_, 1),
      [this](size_t i) { return Mix(hashes_[i], hashes_[i + 1]); }, [](size_t) { return false; });
  for (int n = kMinTop; n <= kMaxTop; ++n) {
    if (n > kMinTop) ExtendCandidates(n);
    chars[static_cast<size_t>(n - kMinTop)] = CountTop(n);
  }
  return chars;
}

// From the places of n-1 repeated words to those where n words may be repeated.
void Ngrams::ExtendCandidates(int n) {
  const size_t last = static_cast<size_t>(n) - 1;
  size_t kept = 0;
  for (size_t i = 0; i + 1 < num_candidates_; ++i) {
    const Candidate candidate = candidates_[i];
    if (candidates_[i + 1].word != candidate.word + 1) continue;
    candidates_[kept++] = {Mix(candidate.hash, hashes_[candidate.word + last]), candidate.word};
  }
  num_candidates_ = kept;
}

// Keeps of the candidates those that are there more than once.
uint64_t Ngrams::CountTop(int n) {
  const auto length = static_cast<size_t>(n);
  if (num_words_ < length) return 0;
  counter_.Reset(num_candidates_);
  for (const Candidate& candidate : candidates()) counter_.Add(candidate.hash);
  uint64_t most = 1;
  uint32_t top = 0;
  size_t kept = 0;
  for (const Candidate& candidate : candidates()) {
    const uint64_t count = counter_.CountOf(candidate.hash);
    if (count == 1) continue;
    candidates_[kept++] = candidate;
    if (count <= most) continue;
    most = count;
    top = candidate.word;
  }
  num_candidates_ = kept;
  return most * (CharsOf(top, length) + length - 1);
}

Ngrams::RepeatedCounts Ngrams::RepeatedChars(const RepeatedCounts* limits) {
  RepeatedCounts chars{};
  Collect(
      num_words_ - std::min(num_words_, kMinRepeated - 1),
      [this](size_t i) { return HashPrefix<16>(i); },
      [this](size_t i) { return BytesOf(i, kMinRepeated) < 16; });
  for (size_t n = kMinRepeated; n <= kMaxRepeated; ++n) {
    uint64_t& here = chars[n - kMinRepeated];
    const uint64_t limit = limits != nullptr ? (*limits)[n - kMinRepeated] : 0;
    here = CoveredChars(n);
    if (here <= limit) continue;
    KeepRepeatedPrefixes(n);
    here = CoveredChars(n);
    if (here > limit) here = CountRepeated(n);
    if (limits != nullptr && here > limit) break;
  }
  return chars;
}

// By the longest prefixes that most n words have.
void Ngrams::KeepRepeatedPrefixes(size_t n) {
  if (n == 5) KeepRepeated<16>(n);
  if (n <= 6) return KeepRepeated<24>(n);
  n <= 8 ? KeepRepeated<32>(n) : KeepRepeated<40>(n);
}

template <size_t kBytes>
uint64_t Ngrams::HashPrefix(size_t word) const {
  const char* const prefix = letters_.data() + first_bytes_[word];
  uint64_t hash = Mix(Load64(prefix), Load64(prefix + 8));
  for (size_t i = 16; i < kBytes; i += 8) hash = Mix(hash, Load64(prefix + i));
  return hash;
}

// Drops candidates that begin no n words, and most of those whose n words have a beginning of
// kBytes that no other candidate has. By other bits of the hash than Collect.
template <size_t kBytes>
void Ngrams::KeepRepeated(size_t n) {
  static_assert(kBytes <= kPadding);
  if (BytesOf(0, num_words_) * n < kBytes * num_words_) return;  // most n words are shorter
  while (!candidates().empty() && candidates().back().word + n > num_words_) --num_candidates_;
  guess_.Reset(num_candidates_);
  for (Candidate& candidate : candidates()) {
    candidate.hash = HashPrefix<kBytes>(candidate.word) << 32;
    guess_.Add(candidate.hash);
  }
  size_t kept = 0;
  for (const Candidate candidate : candidates()) {
    candidates_[kept] = candidate;
    kept += guess_.Repeats(candidate.hash) || BytesOf(candidate.word, n) < kBytes;
  }
  num_candidates_ = kept;
}

// Of all n words that a candidate begins, each word once: no fewer than CountRepeated finds.
uint64_t Ngrams::CoveredChars(size_t n) const {
  uint64_t chars = 0;
  size_t next = 0;
  for (const Candidate& candidate : candidates()) {
    const size_t word = candidate.word;
    if (word + n > num_words_) break;
    chars += first_chars_[word + n] - first_chars_[std::max(word, next)];
    next = word + n;
  }
  return chars;
}

uint64_t Ngrams::CountRepeated(size_t n) {
  uint64_t chars = 0;
  size_t next = 0;
  counter_.Reset(num_candidates_);
  for (const Candidate& candidate : candidates()) {
    const size_t word = candidate.word;
    if (word < next) continue;
    if (word + n > num_words_) break;
    const uint32_t begin = first_bytes_[word];
    const uint64_t hash = XXH3_64bits(letters_.data() + begin, first_bytes_[word + n] - begin);
    if (counter_.Add(hash) == 0) continue;
    chars += CharsOf(word, n);
    next = word + n;
  }
  return chars;
}

}  // namespace owt::filter
