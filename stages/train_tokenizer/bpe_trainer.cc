// BPE training after Sennrich et al. (2016), with the rules of Hugging Face tokenizers' BpeTrainer
// where the paper leaves them open. A heap holds pairs by count; an entry whose count has fallen
// since is put back with the current one when it surfaces. Every entry knows the words in which its
// pair was when it was made, so a merge touches no other word.
//
// No token is made twice. Words at any time are the encodings of their texts by the merges so far,
// so two adjacent tokens are the encoding of their text; if a merge had made one token of that text
// before, it would stand there instead. So every merge is a new token, and its id is 256 + rank.
//
// From that follows what makes this fast. A pair gains places only in the merge that makes the
// newer of its tokens; from then on its count falls. So a pair that is too rare after that merge is
// forgotten, which is most of them, and what a merge of (a, b) to c changes is known from two
// counts: how often x stands before it is what (x, a) loses and (x, c) gets, how often y stands
// behind it is what (b, y) loses and (c, y) gets.
#include "stages/train_tokenizer/bpe_trainer.h"

#include <fmt/format.h>
#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <memory>
#include <queue>
#include <span>
#include <utility>

#include "pipeline/error.h"
#include "pipeline/large_pages.h"
#include "stages/train_tokenizer/neighbours.h"
#include "stages/train_tokenizer/pair_table.h"

namespace owt::train_tokenizer {
namespace {

using formats::Gpt2Vocab;
using formats::MergePair;

constexpr size_t kProgressEvery = 256;  // merges
constexpr size_t kWordsPerPart = 2048;  // fewer are not worth another thread
constexpr size_t kMostParts = 8;        // each has its own counts by token
constexpr size_t kAhead = 16;           // words and pairs are asked for before they are needed
constexpr size_t kChunk = size_t{1} << 20;

// Lists of words, back to back in chunks that never move. A list begins with its size.
class WordLists {
 public:
  // Room for `size` words; the list begins with `size`, and the caller sets what it fills.
  uint32_t* Add(uint32_t size) {
    const size_t needed = size_t{size} + 1;
    if (needed > left_) {
      left_ = std::max(kChunk, needed);
      chunks_.push_back(std::make_unique_for_overwrite<uint32_t[]>(left_));
      next_ = chunks_.back().get();
    }
    uint32_t* const list = next_;
    next_ += needed;
    left_ -= needed;
    list[0] = 0;
    return list;
  }

 private:
  std::vector<std::unique_ptr<uint32_t[]>> chunks_;
  uint32_t* next_ = nullptr;
  size_t left_ = 0;
};

void Append(uint32_t* list, uint32_t word) {
  if (list[0] != 0 && list[list[0]] == word) return;
  list[++list[0]] = word;
}

// All words as tokens, in one row. A word is known by where it begins.
class Words {
 public:
  static constexpr size_t kHeader = 3;  // times, in two halves, and the number of tokens

  explicit Words(const std::vector<Word>& words);

  // Of words with two tokens or more at the begin.
  const std::vector<uint32_t>& begins() const { return begins_; }

  int64_t times(uint32_t word) const {
    int64_t times;
    std::memcpy(&times, &row_[word], sizeof(times));
    return times;
  }

  std::span<uint32_t> tokens(uint32_t word) {
    return {&row_[word + kHeader], row_[word + kHeader - 1]};
  }

  void Shrink(uint32_t word, uint32_t num_tokens) { row_[word + kHeader - 1] = num_tokens; }

  void Prefetch(uint32_t word) const { __builtin_prefetch(&row_[word], /*write*/ 1); }

 private:
  std::vector<uint32_t, LargePages<uint32_t>> row_;
  std::vector<uint32_t> begins_;
};

Words::Words(const std::vector<Word>& words) {
  const Gpt2Vocab bytes(std::span<const MergePair>{});
  uint64_t size = 0;
  for (const Word& word : words) {
    if (word.bytes.size() >= 2) size += kHeader + word.bytes.size();
  }
  if (size > std::numeric_limits<uint32_t>::max()) {
    throw Error(
        ErrorKind::kResource,
        fmt::format("{} distinct words are too many to train on; take a sample of the texts "
                    "(owt shuffle --head N)",
                    words.size()));
  }
  row_.reserve(size);
  for (const Word& word : words) {
    if (word.bytes.size() < 2) continue;
    begins_.push_back(static_cast<uint32_t>(row_.size()));
    row_.push_back(static_cast<uint32_t>(word.times));
    row_.push_back(static_cast<uint32_t>(word.times >> 32));
    row_.push_back(static_cast<uint32_t>(word.bytes.size()));
    for (const char c : word.bytes) row_.push_back(bytes.byte_id(static_cast<uint8_t>(c)));
  }
}

struct Candidate {
  int64_t count;
  uint64_t pair;
  const uint32_t* words;  // a list

  // The heap's top: the highest count, then the smallest pair.
  bool operator<(const Candidate& other) const {
    return count != other.count ? count < other.count : pair > other.pair;
  }
};

size_t NumParts(const BpeTrainerOptions& options) {
  return std::clamp<size_t>(static_cast<size_t>(options.workers), 1, kMostParts);
}

class Trainer {
 public:
  Trainer(const std::vector<Word>& words, const BpeTrainerOptions& options);

  std::vector<MergePair> Train(const std::function<void(size_t, size_t)>& progress);

 private:
  // What a merge of some of its words changes, on both sides.
  struct Part {
    Neighbours left, right;
  };

  void CountBytePairs();
  void MergeIn(uint32_t word, uint64_t pair, uint32_t token, Part* part);
  void Merge(const Candidate& top, uint32_t token);
  void Join(Neighbours Part::*side);
  template <class OldPair, class NewPair>
  void Apply(Neighbours Part::*side, OldPair old_pair, NewPair new_pair);
  bool TakeTop(Candidate* top);

  const BpeTrainerOptions options_;
  const int64_t least_;  // count
  Words words_;
  WordLists lists_;
  PairTable pairs_;
  std::priority_queue<Candidate> queue_;
  std::vector<Part> parts_;
  size_t num_parts_ = 0;  // in use by this merge
};

Trainer::Trainer(const std::vector<Word>& words, const BpeTrainerOptions& options)
    : options_(options),
      least_(static_cast<int64_t>(std::max<uint64_t>(options.min_frequency, 1))),
      words_(words),
      parts_(NumParts(options)) {}

void Trainer::CountBytePairs() {
  struct Pair {
    int64_t count = 0;
    uint32_t num_words = 0;
    uint32_t* list = nullptr;
  };

  constexpr uint32_t kBytes = Gpt2Vocab::kNumBytes;
  std::vector<Pair> pairs(size_t{kBytes} * kBytes);
  const auto each_pair = [&](auto visit) {
    for (const uint32_t word : words_.begins()) {
      const std::span<const uint32_t> tokens = words_.tokens(word);
      for (size_t i = 0; i + 1 < tokens.size(); ++i) {
        visit(&pairs[tokens[i] * kBytes + tokens[i + 1]], word);
      }
    }
  };
  each_pair([&](Pair* pair, uint32_t word) {
    pair->count += words_.times(word);
    ++pair->num_words;
  });
  for (uint32_t i = 0; i < pairs.size(); ++i) {
    Pair& pair = pairs[i];
    if (pair.count < least_) continue;
    pair.list = lists_.Add(pair.num_words);
    pairs_.Insert(PairOf(i / kBytes, i % kBytes), pair.count);
    queue_.push({pair.count, PairOf(i / kBytes, i % kBytes), pair.list});
  }
  each_pair([](Pair* pair, uint32_t word) {
    if (pair->list != nullptr) Append(pair->list, word);
  });
}

// Merges the pair in one word from left to right. The left neighbour counts as it is by then,
// merged or not.
void Trainer::MergeIn(uint32_t word, uint64_t pair, uint32_t token, Part* part) {
  const std::span<uint32_t> tokens = words_.tokens(word);
  const int64_t times = words_.times(word);
  const uint32_t left = LeftOf(pair);
  const uint32_t right = RightOf(pair);
  size_t out = 0;
  for (size_t i = 0; i < tokens.size(); ++i, ++out) {
    if (tokens[i] != left || i + 1 == tokens.size() || tokens[i + 1] != right) {
      tokens[out] = tokens[i];
      continue;
    }
    if (out > 0) part->left.Add(tokens[out - 1], times, word);
    ++i;
    if (i + 1 < tokens.size()) part->right.Add(tokens[i + 1], times, word);
    tokens[out] = token;
  }
  words_.Shrink(word, static_cast<uint32_t>(out));
}

// Adds up the counts of all parts in the first.
void Trainer::Join(Neighbours Part::*side) {
  for (size_t i = 1; i < num_parts_; ++i) (parts_[0].*side).AddCounts(parts_[i].*side);
}

// Pairs with a neighbour on one side: the old ones lose what the new ones get.
template <class OldPair, class NewPair>
void Trainer::Apply(Neighbours Part::*side, OldPair old_pair, NewPair new_pair) {
  Neighbours& all = parts_[0].*side;
  const std::vector<uint32_t>& seen = all.seen();
  std::vector<uint32_t*> lists;
  for (size_t i = 0; i < seen.size(); ++i) {
    if (i + kAhead < seen.size()) pairs_.Prefetch(old_pair(seen[i + kAhead]));
    Neighbours::Token& entry = all[seen[i]];
    if (int64_t* const count = pairs_.Find(old_pair(seen[i]))) *count -= entry.count;
    if (entry.count < least_) continue;
    lists.push_back(lists_.Add(entry.num_words));
    entry.list = static_cast<uint32_t>(lists.size());
    pairs_.Insert(new_pair(seen[i]), entry.count);
    queue_.push({entry.count, new_pair(seen[i]), lists.back()});
  }
  for (size_t i = 0; i < num_parts_ && !lists.empty(); ++i) {
    for (const Neighbours::Place& place : (parts_[i].*side).places()) {
      const uint32_t list = all[place.token].list;
      if (list != 0) Append(lists[list - 1], place.word);
    }
  }
}

void Trainer::Merge(const Candidate& top, uint32_t token) {
  const std::span<const uint32_t> words(top.words + 1, top.words[0]);
  num_parts_ = std::clamp<size_t>(words.size() / kWordsPerPart, 1, parts_.size());
  for (Part& part : parts_) {
    part.left.Cover(token);
    part.right.Cover(token);
  }
  oneapi::tbb::parallel_for(size_t{0}, num_parts_, [&](size_t part) {
    const size_t end = words.size() * (part + 1) / num_parts_;
    for (size_t i = words.size() * part / num_parts_; i < end; ++i) {
      if (i + kAhead < end) words_.Prefetch(words[i + kAhead]);
      MergeIn(words[i], top.pair, token, &parts_[part]);
    }
  });
  Join(&Part::left);
  Join(&Part::right);
  // The right side first: (token, a) comes from there, and loses what stands left of a merge that
  // follows one.
  Apply(
      &Part::right, [&](uint32_t y) { return PairOf(RightOf(top.pair), y); },
      [&](uint32_t y) { return PairOf(token, y); });
  Apply(
      &Part::left, [&](uint32_t x) { return PairOf(x, LeftOf(top.pair)); },
      [&](uint32_t x) { return PairOf(x, token); });
  for (size_t i = 0; i < num_parts_; ++i) {
    parts_[i].left.Clear();
    parts_[i].right.Clear();
  }
}

// The most frequent pair; false if there is none left.
bool Trainer::TakeTop(Candidate* top) {
  while (!queue_.empty()) {
    *top = queue_.top();
    queue_.pop();
    const int64_t count = *pairs_.Find(top->pair);
    if (count == top->count) return true;
    top->count = count;
    if (count >= least_) queue_.push(*top);
  }
  return false;
}

std::vector<MergePair> Trainer::Train(const std::function<void(size_t, size_t)>& progress) {
  CountBytePairs();
  const size_t wanted = options_.num_tokens - Gpt2Vocab::kNumBytes;
  std::vector<MergePair> merges;
  Candidate top;
  while (merges.size() < wanted && TakeTop(&top)) {
    Merge(top, Gpt2Vocab::kNumBytes + static_cast<uint32_t>(merges.size()));
    merges.push_back({LeftOf(top.pair), RightOf(top.pair)});
    if (merges.size() % kProgressEvery == 0) progress(merges.size(), wanted);
  }
  return merges;
}

}  // namespace

uint64_t TrainingBytes(uint64_t num_words, uint64_t num_bytes, const BpeTrainerOptions& options) {
  constexpr uint64_t kOfWord = sizeof(Word) + Words::kHeader * sizeof(uint32_t);
  // A token, and one entry in each of three lists; the rest is for pairs, a tenth as many as bytes.
  constexpr uint64_t kOfByte = 4 * sizeof(uint32_t) + 8;
  constexpr uint64_t kOfToken = 2 * 2 * sizeof(Neighbours::Token);  // two sides, room to grow
  const uint64_t num_tokens = std::min<uint64_t>(options.num_tokens, num_bytes);
  return num_words * kOfWord + num_bytes * kOfByte + NumParts(options) * num_tokens * kOfToken;
}

std::vector<MergePair> TrainBpe(const std::vector<Word>& words, const BpeTrainerOptions& options,
                                const std::function<void(size_t, size_t)>& progress) {
  return Trainer(words, options).Train(progress);
}

}  // namespace owt::train_tokenizer
