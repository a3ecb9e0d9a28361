#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "formats/fasttext_model.h"
#include "stages/text/fasttext_input.h"

namespace owt::text {

// The sum of the rows that a text's features name. One per thread, reused from text to text.
class FasttextSum {
 public:
  explicit FasttextSum(const FasttextInput& input);

  void Reset();

  // Adds a row, in a while: it is fetched from memory until then.
  void Push(uint32_t row) {
    input_.Prefetch(row);
    waiting_[num_waiting_++] = row;
    if (num_waiting_ == kMaxWaiting) Flush();
  }

  // The mean[columns()] of the rows, or nullptr where there was none.
  const float* Mean();

 private:
  static constexpr size_t kMaxWaiting = 64;

  void Flush();

  const FasttextInput& input_;
  std::vector<float> sum_;
  uint64_t num_rows_ = 0;
  size_t num_waiting_ = 0;
  uint32_t waiting_[kMaxWaiting];
};

// What a text's features are: its words, the n-grams of their characters, and runs of words, the
// latter two hashed into buckets. Immutable; any number of threads may read.
class FasttextFeatures {
 public:
  // Memory of a thread that is kept between texts.
  struct Scratch {
    std::string token;            // between marks of its ends
    std::vector<int32_t> hashes;  // of the words
  };

  // Keeps views into what `model` points to.
  explicit FasttextFeatures(const formats::FasttextModel& model);

  // Pushes the rows of the features in fastText's order. Any bytes are a text; a line feed is a
  // blank, and one more stands behind the text, as fastText's own programs put it there. Time is
  // linear in the text.
  void Push(std::string_view text, Scratch* scratch, FasttextSum* sum) const;

 private:
  struct Slot {
    uint32_t hash = 0;
    int32_t id = -1;  // a word, or behind them a label; -1: free
  };

  void BuildTable(const formats::FasttextModel& model);
  void BuildBuckets(const formats::FasttextModel& model);
  int32_t Find(std::string_view token, uint32_t hash) const;
  std::string_view NameOf(int32_t id) const;
  void PushToken(std::string_view token, Scratch* scratch, FasttextSum* sum) const;
  void PushCharNgrams(std::string_view token, Scratch* scratch, FasttextSum* sum) const;
  void PushWordNgrams(const std::vector<int32_t>& hashes, FasttextSum* sum) const;
  void PushBuckets(std::span<uint32_t> buckets, FasttextSum* sum) const;  // scrambles them
  uint32_t BucketOf(uint32_t hash) const;

  formats::FasttextArguments arguments_;
  std::vector<std::string_view> words_;
  std::vector<std::string_view> labels_;
  std::vector<Slot> slots_;  // a power of two, half of them free at least
  uint64_t reciprocal_ = 0;  // of the number of buckets

  // Of a pruned model: a bit for each bucket that has a row, how many bits stand before each 64 of
  // them, and the rows in the order of the buckets.
  bool pruned_ = false;
  std::vector<uint64_t> bits_;
  std::vector<uint32_t> ranks_;
  std::vector<uint32_t> rows_;
};

}  // namespace owt::text
