#include "stages/decontaminate/ngram_search.h"

#include <algorithm>
#include <span>

namespace owt::decontaminate {
namespace {

// Words read at a time. A search that begins anew behind a match does not go far, as a rule.
constexpr size_t kFirstWords = 128;
constexpr size_t kMostWords = 4096;

static_assert(kFirstWords > KeyLengths::kMost);

}  // namespace

NgramSearch::NgramSearch(const NgramKeys& keys)
    : keys_(keys), words_(kMostWords + KeyLengths::kMost) {}

Match NgramSearch::MatchOf(uint32_t key, const Word* words, size_t count) {
  return {key, words[0].begin, words[count - 1].end};
}

uint32_t NgramSearch::Find(const Word* words, size_t count) {
  return keys_.Find(text_, from_, words, count, &scratch_);
}

uint32_t NgramSearch::FindLongest(const Word* words, size_t available) {
  const std::span<const uint8_t> lengths = keys_.lengths();
  for (size_t i = lengths.size(); i > 0; --i) {
    const size_t length = lengths[i - 1];
    if (length > available) continue;
    found_words_ = length;
    const uint32_t key = Find(words, length);
    if (key != NgramKeys::kNone) return key;
  }
  return NgramKeys::kNone;
}

template <class OnWord>
void NgramSearch::Walk(std::string_view text, size_t from, size_t needed, OnWord on_word) {
  const size_t prefix = keys_.prefix();
  const size_t most = keys_.rule().most;
  reader_.Start(text, from);
  text_ = text;
  from_ = from;
  num_held_ = num_read_ = 0;
  size_t at = 0;  // the first word of words_ that was not looked at
  size_t room = kFirstWords;
  for (bool at_end = false; !at_end; room = std::min(2 * room, kMostWords)) {
    // What follows may need these.
    const size_t passed = std::min(at, num_held_ - std::min(num_held_, most));
    std::copy(words_.data() + passed, words_.data() + num_held_, words_.data());
    num_held_ -= passed;
    at -= passed;
    const size_t got = reader_.Read(&words_[num_held_], room);
    at_end = got < room;
    num_held_ += got;
    num_read_ += got;
    const size_t follow = at_end ? needed : most;
    if (num_held_ < at + follow) continue;
    const size_t stop = num_held_ - follow + 1;
    uint64_t hash = HashWords(&words_[at], prefix);
    while (true) {
      const size_t step = keys_.MayBegin(hash) ? on_word(&words_[at], num_held_ - at) : 1;
      if (step == 0) return;
      at += step;
      if (at >= stop) break;
      hash = step == 1 ? RollHash(hash, words_[at - 1].hash, words_[at + prefix - 1].hash, prefix)
                       : HashWords(&words_[at], prefix);
    }
  }
}

void NgramSearch::FindAll(std::string_view text, std::vector<Match>* matches) {
  matches->clear();
  if (keys_.prefix() == 0) return;
  Walk(text, 0, keys_.prefix(), [&](const Word* words, size_t available) -> size_t {
    const uint32_t key = FindLongest(words, available);
    if (key != NgramKeys::kNone) matches->push_back(MatchOf(key, words, found_words_));
    return 1;
  });
}

void NgramSearch::FindGreedily(std::string_view text, std::vector<uint32_t>* keys) {
  keys->clear();
  if (keys_.prefix() == 0) return;
  Walk(text, 0, keys_.prefix(), [&](const Word* words, size_t available) -> size_t {
    const uint32_t key = FindLongest(words, available);
    if (key == NgramKeys::kNone) return 1;
    keys->push_back(key);
    return found_words_;
  });
}

std::optional<Match> NgramSearch::FindFirst(std::string_view text, size_t from) {
  if (keys_.prefix() == 0) return std::nullopt;
  const size_t most = keys_.rule().most;
  std::optional<Match> match;
  const auto look_for = [&](const Word* words, size_t count) {
    const uint32_t key = Find(words, count);
    if (key != NgramKeys::kNone) match = MatchOf(key, words, count);
    return match.has_value();
  };
  Walk(text, from, most, [&](const Word* words, size_t) -> size_t {
    if (look_for(words, most)) return 0;
    for (const uint8_t length : keys_.lengths()) {
      if (look_for(words, length)) return 0;
    }
    return 1;
  });
  if (match || num_read_ <= most) return match;
  const Word* const tail = &words_[num_held_ - most];
  for (const uint8_t length : keys_.lengths()) {
    for (size_t i = 0; length < most && i + length <= most; ++i) {
      if (look_for(tail + i, length)) return match;
    }
  }
  return std::nullopt;
}

}  // namespace owt::decontaminate
