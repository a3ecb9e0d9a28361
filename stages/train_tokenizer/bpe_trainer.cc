// BPE training after Sennrich et al. (2016), with the rules of Hugging Face tokenizers' BpeTrainer
// where the paper leaves them open. A heap holds pairs by count; an entry whose count has changed
// since is put back with the current one when it surfaces. Every entry knows the words in which its
// pair was when it was made, so a merge touches no other word.
//
// No token is made twice. Words at any time are the encodings of their texts by the merges so far,
// so two adjacent tokens are the encoding of their text; if a merge had made one token of that text
// before, it would stand there instead. So every merge is a new token, and its id is 256 + rank.
#include "stages/train_tokenizer/bpe_trainer.h"

#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <queue>
#include <span>
#include <utility>

#include "stages/train_tokenizer/pair_table.h"

namespace owt::train_tokenizer {
namespace {

using formats::Gpt2Vocab;
using formats::MergePair;

constexpr size_t kProgressEvery = 256;   // merges
constexpr size_t kParallelWords = 4096;  // fewer are merged by one thread
constexpr size_t kWordsPerTask = 1024;

// Where a count changed: in `word`, `times` windows of `pair` more or fewer.
struct Change {
  uint64_t pair;
  int32_t times;
  uint32_t word;
};

struct Candidate {
  int64_t count;
  uint64_t pair;
  uint32_t words;  // index of its list

  // The heap's top: the highest count, then the smallest pair.
  bool operator<(const Candidate& other) const {
    return count != other.count ? count < other.count : pair > other.pair;
  }
};

class Trainer {
 public:
  Trainer(const std::vector<Word>& words, const BpeTrainerOptions& options);

  std::vector<MergePair> Train(const std::function<void(size_t, size_t)>& progress);

 private:
  // A word's symbols are symbols_[begin, begin + size).
  struct Span {
    uint64_t begin;
    uint32_t size;
  };

  void CountPairs();
  void NoteWord(PairTable::Entry& entry, uint32_t word);
  void QueueTouched();
  void MergeIn(uint32_t word, uint64_t pair, uint32_t token, std::vector<Change>* changes);
  void Merge(const Candidate& top, uint32_t token);
  void Apply(const std::vector<Change>& changes);

  const BpeTrainerOptions options_;
  std::vector<uint32_t> symbols_;
  std::vector<Span> spans_;
  std::vector<int64_t> times_;  // by word
  PairTable pairs_;
  std::vector<std::vector<uint32_t>> lists_;  // of words
  std::vector<uint32_t> free_lists_;
  std::vector<uint64_t> touched_;  // pairs with new words in this round
  uint32_t round_ = 0;
  std::priority_queue<Candidate> queue_;
  std::vector<MergePair> merges_;
};

Trainer::Trainer(const std::vector<Word>& words, const BpeTrainerOptions& options)
    : options_(options) {
  const Gpt2Vocab bytes(std::span<const MergePair>{});
  uint64_t total = 0;
  for (const Word& word : words) total += word.bytes.size();
  symbols_.reserve(total);
  for (const Word& word : words) {
    if (word.bytes.size() < 2) continue;
    spans_.push_back({symbols_.size(), static_cast<uint32_t>(word.bytes.size())});
    times_.push_back(static_cast<int64_t>(word.times));
    for (const char c : word.bytes) symbols_.push_back(bytes.byte_id(static_cast<uint8_t>(c)));
  }
}

void Trainer::CountPairs() {
  for (uint32_t word = 0; word < spans_.size(); ++word) {
    const uint32_t* const symbols = &symbols_[spans_[word].begin];
    for (uint32_t i = 0; i + 1 < spans_[word].size; ++i) {
      PairTable::Entry& entry = pairs_.At(PairOf(symbols[i], symbols[i + 1]));
      entry.count += times_[word];
      NoteWord(entry, word);
    }
  }
  QueueTouched();
}

// Adds the word to the list that the entry has in this round. Words come in order, or at least all
// changes of one word together.
void Trainer::NoteWord(PairTable::Entry& entry, uint32_t word) {
  if (entry.round != round_) {
    entry.round = round_;
    touched_.push_back(entry.pair);
    if (free_lists_.empty()) {
      entry.words = static_cast<uint32_t>(lists_.size());
      lists_.emplace_back();
    } else {
      entry.words = free_lists_.back();
      free_lists_.pop_back();
    }
  }
  std::vector<uint32_t>& list = lists_[entry.words];
  if (list.empty() || list.back() != word) list.push_back(word);
}

void Trainer::QueueTouched() {
  for (const uint64_t pair : touched_) {
    const PairTable::Entry& entry = pairs_.At(pair);
    if (entry.count > 0) {
      queue_.push({entry.count, pair, entry.words});
    } else {
      lists_[entry.words] = {};
      free_lists_.push_back(entry.words);
    }
  }
  touched_.clear();
  ++round_;
}

// Merges the pair in one word from left to right. The windows that it breaks and makes are counted
// with the left neighbour as it is by then, merged or not.
void Trainer::MergeIn(uint32_t word, uint64_t pair, uint32_t token, std::vector<Change>* changes) {
  uint32_t* const symbols = &symbols_[spans_[word].begin];
  const uint32_t size = spans_[word].size;
  const uint32_t left = LeftOf(pair);
  const uint32_t right = RightOf(pair);
  uint32_t out = 0;
  for (uint32_t i = 0; i < size; ++i, ++out) {
    if (symbols[i] != left || i + 1 == size || symbols[i + 1] != right) {
      symbols[out] = symbols[i];
      continue;
    }
    if (out > 0) {
      changes->push_back({PairOf(symbols[out - 1], left), -1, word});
      changes->push_back({PairOf(symbols[out - 1], token), 1, word});
    }
    ++i;
    if (i + 1 < size) {
      changes->push_back({PairOf(right, symbols[i + 1]), -1, word});
      changes->push_back({PairOf(token, symbols[i + 1]), 1, word});
    }
    symbols[out] = token;
  }
  spans_[word].size = out;
}

void Trainer::Apply(const std::vector<Change>& changes) {
  for (const Change& change : changes) {
    PairTable::Entry& entry = pairs_.At(change.pair);
    entry.count += change.times * times_[change.word];
    if (change.times > 0) NoteWord(entry, change.word);
  }
}

void Trainer::Merge(const Candidate& top, uint32_t token) {
  const std::vector<uint32_t> words = std::move(lists_[top.words]);
  lists_[top.words] = {};
  free_lists_.push_back(top.words);
  if (options_.workers == 1 || words.size() < kParallelWords) {
    std::vector<Change> changes;
    for (const uint32_t word : words) MergeIn(word, top.pair, token, &changes);
    Apply(changes);
  } else {
    std::vector<std::vector<Change>> changes((words.size() + kWordsPerTask - 1) / kWordsPerTask);
    oneapi::tbb::parallel_for(size_t{0}, changes.size(), [&](size_t task) {
      const size_t end = std::min(words.size(), (task + 1) * kWordsPerTask);
      for (size_t i = task * kWordsPerTask; i < end; ++i) {
        MergeIn(words[i], top.pair, token, &changes[task]);
      }
    });
    for (const auto& part : changes) Apply(part);
  }
  QueueTouched();
}

std::vector<MergePair> Trainer::Train(const std::function<void(size_t, size_t)>& progress) {
  CountPairs();
  const auto least = static_cast<int64_t>(std::max<uint64_t>(options_.min_frequency, 1));
  const size_t wanted = options_.num_tokens - Gpt2Vocab::kNumBytes;
  while (merges_.size() < wanted && !queue_.empty()) {
    Candidate top = queue_.top();
    queue_.pop();
    const int64_t count = pairs_.At(top.pair).count;
    if (top.count != count) {
      top.count = count;
      queue_.push(top);
      continue;
    }
    if (count < least) break;
    Merge(top, Gpt2Vocab::kNumBytes + static_cast<uint32_t>(merges_.size()));
    merges_.push_back({LeftOf(top.pair), RightOf(top.pair)});
    if (merges_.size() % kProgressEvery == 0) progress(merges_.size(), wanted);
  }
  return std::move(merges_);
}

}  // namespace

std::vector<MergePair> TrainBpe(const std::vector<Word>& words, const BpeTrainerOptions& options,
                                const std::function<void(size_t, size_t)>& progress) {
  return Trainer(words, options).Train(progress);
}

}  // namespace owt::train_tokenizer
