#include "stages/text/ngram_scorer.h"

#include <algorithm>
#include <utility>

// The order of sums and when a context ends are those of KenLM's FullScore (lm/model.cc).

namespace owt::text {
namespace {

using formats::LoadAt;
using formats::NgramWeights;

bool IsSentenceSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// Takes the next word off the front; empty where there is none.
std::string_view TakeWord(std::string_view* sentence) {
  size_t begin = 0;
  while (begin < sentence->size() && IsSentenceSpace((*sentence)[begin])) ++begin;
  size_t end = begin;
  while (end < sentence->size() && !IsSentenceSpace((*sentence)[end])) ++end;
  const std::string_view word = sentence->substr(begin, end - begin);
  sentence->remove_prefix(end);
  return word;
}

}  // namespace

NgramScorer::NgramScorer(const formats::NgramTables& tables)
    : tables_(tables),
      end_key_(formats::HashNgramWord("</s>")),
      begin_id_(tables.IdOf(formats::HashNgramWord("<s>"))) {
  begin_.length = 1;
  begin_.backoff[0] = tables.Unigram(begin_id_).backoff;
}

// Finds the ids of a block's words and the keys of the n-grams that end with them; what ScoreWord
// will read is on its way then.
void NgramScorer::LookUp(std::span<const Place> words) {
  const size_t last = tables_.middle.size();
  for (size_t i = 0; i < words.size(); ++i) {
    const char* found = tables_.words.FindFrom(words[i].key, words[i].at);
    const uint32_t id = found == nullptr ? 0 : LoadAt<uint32_t>(found);
    ids_[kMaxContext + i] = id;
    __builtin_prefetch(tables_.unigrams + size_t{id} * formats::kNgramWeightsBytes);
    uint64_t key = id;
    for (size_t n = 0; n <= last; ++n) {
      key = formats::ExtendNgramKey(key, ids_[kMaxContext + i - n - 1]);
      const char* at = n < last ? tables_.middle[n].PlaceOf(key) : tables_.longest.PlaceOf(key);
      ngrams_[n][i] = {key, at};
      __builtin_prefetch(at);
    }
  }
}

float NgramScorer::ScoreWord(size_t i, const Context& context, Context* next) const {
  NgramWeights weights = tables_.Unigram(ids_[kMaxContext + i]);
  float sum = weights.probability();
  int matched = 1;
  next->backoff[0] = weights.backoff;
  next->length = weights.begins_longer() ? 1 : 0;
  while (matched <= context.length && weights.ends_longer()) {
    const auto n = static_cast<size_t>(matched) - 1;
    const Place& ngram = ngrams_[n][i];
    if (n == tables_.middle.size()) {
      if (const char* found = tables_.longest.FindFrom(ngram.key, ngram.at)) {
        sum = LoadAt<float>(found);
        ++matched;
      }
      break;
    }
    const char* found = tables_.middle[n].FindFrom(ngram.key, ngram.at);
    if (found == nullptr) break;
    weights = LoadAt<NgramWeights>(found);
    sum = weights.probability();
    next->backoff[n + 1] = weights.backoff;
    ++matched;
    if (weights.begins_longer()) next->length = matched;
  }
  for (int n = matched - 1; n < context.length; ++n) sum += context.backoff[static_cast<size_t>(n)];
  return sum;
}

float NgramScorer::Score(std::string_view sentence, uint64_t* num_words) {
  std::array<Place, kBlock> words;
  Context contexts[2] = {begin_, {}};
  Context* context = &contexts[0];
  Context* next = &contexts[1];
  std::fill_n(ids_.begin(), kMaxContext, 0);  // never asked for: a context does not reach so far
  ids_[kMaxContext - 1] = begin_id_;
  float sum = 0;
  bool at_end = false;
  while (!at_end) {
    size_t size = 0;
    for (; size < kBlock && !at_end; ++size) {
      const std::string_view word = TakeWord(&sentence);
      at_end = word.empty();
      const uint64_t key = at_end ? end_key_ : formats::HashNgramWord(word);
      words[size] = {key, tables_.words.PlaceOf(key)};
      __builtin_prefetch(words[size].at);
    }
    LookUp(std::span(words).first(size));
    for (size_t i = 0; i < size; ++i) {
      sum += ScoreWord(i, *context, next);
      std::swap(context, next);
    }
    *num_words += size;
    std::copy_n(ids_.begin() + static_cast<ptrdiff_t>(size), kMaxContext, ids_.begin());
  }
  return sum;
}

}  // namespace owt::text
