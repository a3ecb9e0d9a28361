#pragma once

#include <cstdint>
#include <vector>

namespace owt::train_tokenizer {

// The tokens on one side of all places of a merge: how often each stands there, and in which words.
// Not thread-safe. Memory: 16 bytes a token of the vocabulary, 8 a place.
class Neighbours {
 public:
  struct Token {
    int64_t count = 0;       // 0: not seen
    uint32_t num_words = 0;  // at most so many: a word may come again
    uint32_t list = 0;       // for the caller
  };

  struct Place {
    uint32_t token;
    uint32_t word;
  };

  // Makes room for the tokens up to this one.
  void Cover(uint32_t token) {
    if (tokens_.size() <= token) tokens_.resize(size_t{token} + 1);
  }

  // REQUIRES: times > 0, and the token is covered.
  void Add(uint32_t token, int64_t times, uint32_t word) {
    Token& entry = tokens_[token];
    if (entry.count == 0) seen_.push_back(token);
    entry.count += times;
    ++entry.num_words;
    places_.push_back({token, word});
  }

  // Adds what `other` holds but its places.
  void AddCounts(const Neighbours& other) {
    for (const uint32_t token : other.seen_) {
      Token& entry = tokens_[token];
      if (entry.count == 0) seen_.push_back(token);
      entry.count += other.tokens_[token].count;
      entry.num_words += other.tokens_[token].num_words;
    }
  }

  const std::vector<uint32_t>& seen() const { return seen_; }

  const std::vector<Place>& places() const { return places_; }

  Token& operator[](uint32_t token) { return tokens_[token]; }

  void Clear() {
    for (const uint32_t token : seen_) tokens_[token] = {};
    seen_.clear();
    places_.clear();
  }

 private:
  std::vector<Token> tokens_;  // by id
  std::vector<uint32_t> seen_;
  std::vector<Place> places_;
};

}  // namespace owt::train_tokenizer
