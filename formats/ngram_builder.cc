#include "formats/ngram_builder.h"

#include <algorithm>
#include <limits>

// What is done about n-grams whose suffix was pruned, and about backoffs of zero, is what KenLM
// does (lm/search_hashed.cc, lm/blank.hh): it decides in which order floats are added.

namespace owt::formats {
namespace {

constexpr uint64_t kFirstCapacity = 1024;
constexpr uint64_t kGrowth = 8;
constexpr float kUnknownProbability = -100;
constexpr float kBeginsNothing = -0.0f;

template <class T>
void StoreAt(char* at, T value) {
  std::memcpy(at, &value, sizeof value);
}

uint64_t KeyOf(std::span<const uint32_t> ids) {
  uint64_t key = ids[0];
  for (const uint32_t id : ids.subspan(1)) key = ExtendNgramKey(key, id);
  return key;
}

float WithSign(float value) {
  return std::bit_cast<float>(std::bit_cast<uint32_t>(value) | 0x80000000u);
}

float WithoutSign(float value) {
  return std::bit_cast<float>(std::bit_cast<uint32_t>(value) & 0x7FFFFFFFu);
}

// A longer n-gram begins with this one: a backoff of zero is no -0 then.
void MarkBeginning(NgramWeights* weights) {
  if (weights->backoff == 0) weights->backoff = 0;
}

bool IsUnknown(std::string_view word) { return word == "<unk>" || word == "<UNK>"; }

}  // namespace

template <size_t kBytes>
ProbingTableBuilder<kBytes>::ProbingTableBuilder(uint64_t declared)
    : declared_(declared), capacity_(std::min(declared, kFirstCapacity)) {
  Allocate();
}

template <size_t kBytes>
void ProbingTableBuilder<kBytes>::Allocate() {
  const uint64_t buckets = std::max(capacity_ + 1, capacity_ + capacity_ / 2);
  entries_.assign(buckets * kBytes, 0);
  table_ = ProbingTable<kBytes>(entries_.data(), buckets);
}

template <size_t kBytes>
char* ProbingTableBuilder<kBytes>::FirstFree(uint64_t key) {
  uint64_t bucket = FastModulo(table_.buckets())(key);
  while (LoadAt<uint64_t>(table_.entry(bucket)) != 0) {
    if (++bucket == table_.buckets()) bucket = 0;
  }
  return entries_.data() + bucket * kBytes;
}

template <size_t kBytes>
void ProbingTableBuilder<kBytes>::Grow() {
  capacity_ = size_ < declared_ ? std::min(declared_, kGrowth * capacity_)
                                : std::max(2 * size_, uint64_t{8});
  const NgramBytes old = std::move(entries_);
  Allocate();
  for (size_t at = 0; at < old.size(); at += kBytes) {
    const auto key = LoadAt<uint64_t>(old.data() + at);
    if (key != 0) std::memcpy(FirstFree(key), old.data() + at, kBytes);
  }
}

template <size_t kBytes>
char* ProbingTableBuilder<kBytes>::FindOrAdd(uint64_t key, bool* is_new) {
  if (char* found = Find(key)) {
    *is_new = false;
    return found;
  }
  if (size_ == capacity_) Grow();
  ++size_;
  *is_new = true;
  char* entry = FirstFree(key);
  StoreAt(entry, key);
  return entry + ProbingTable<kBytes>::kKeyBytes;
}

template class ProbingTableBuilder<12>;
template class ProbingTableBuilder<16>;

NgramBuilder::NgramBuilder(std::span<const uint64_t> declared)
    : words_(declared.front()), unigrams_(kNgramWeightsBytes), longest_(declared.back()) {
  for (const uint64_t count : declared.subspan(1, declared.size() - 2)) {
    middle_.emplace_back(count);
  }
}

bool NgramBuilder::AddWord(std::string_view word, NgramWeights weights) {
  if (IsUnknown(word)) {
    has_unknown_ = true;
    SetUnigram(0, weights);
    return true;
  }
  const size_t id = unigrams_.size() / kNgramWeightsBytes;
  if (id == std::numeric_limits<uint32_t>::max()) return false;
  bool is_new;
  char* value = words_.FindOrAdd(HashNgramWord(word), &is_new);
  if (!is_new) return true;
  StoreAt(value, static_cast<uint32_t>(id));
  unigrams_.resize(unigrams_.size() + kNgramWeightsBytes);
  SetUnigram(static_cast<uint32_t>(id), weights);
  return true;
}

bool NgramBuilder::FindWord(std::string_view word, uint32_t* id) const {
  *id = 0;
  if (IsUnknown(word)) return true;
  const char* found = words_.table().Find(HashNgramWord(word));
  if (found == nullptr) return false;
  *id = LoadAt<uint32_t>(found);
  return true;
}

NgramWeights NgramBuilder::UnigramOf(uint32_t id) const {
  return LoadAt<NgramWeights>(unigrams_.data() + size_t{id} * kNgramWeightsBytes);
}

void NgramBuilder::SetUnigram(uint32_t id, NgramWeights weights) {
  StoreAt(unigrams_.data() + size_t{id} * kNgramWeightsBytes, weights);
}

// The n-gram without its last word begins a longer one. False where it is missing.
bool NgramBuilder::MarkContext(std::span<const uint32_t> context) {
  if (context.size() == 1) {
    NgramWeights weights = UnigramOf(context[0]);
    MarkBeginning(&weights);
    SetUnigram(context[0], weights);
    return true;
  }
  char* at = middle_[context.size() - 2].Find(KeyOf(context));
  if (at == nullptr) return false;
  auto weights = LoadAt<NgramWeights>(at);
  MarkBeginning(&weights);
  StoreAt(at, weights);
  return true;
}

// The backoff of a context that now begins a longer n-gram; 0 where it is missing.
float NgramBuilder::TakeBackoff(std::span<const uint32_t> context) {
  if (!MarkContext(context)) return 0;
  if (context.size() == 1) return UnigramOf(context[0]).backoff;
  return LoadAt<NgramWeights>(middle_[context.size() - 2].Find(KeyOf(context))).backoff;
}

// The n-gram without its first word ends a longer one. Where it is missing, it and all suffixes
// that are missing are put in.
void NgramBuilder::MarkSuffix(std::span<const uint32_t> ids) {
  size_t basis = ids.size() - 1;  // how long the longest suffix is that is there
  while (basis > 1 && middle_[basis - 2].Find(KeyOf(ids.first(basis))) == nullptr) --basis;
  NgramWeights weights;
  if (basis == 1) {
    weights = UnigramOf(ids[0]);
    weights.stored_probability = WithoutSign(weights.stored_probability);
    SetUnigram(ids[0], weights);
  } else {
    char* at = middle_[basis - 2].Find(KeyOf(ids.first(basis)));
    weights = LoadAt<NgramWeights>(at);
    weights.stored_probability = WithoutSign(weights.stored_probability);
    StoreAt(at, weights);
  }
  float probability = weights.probability();
  for (size_t n = basis + 1; n < ids.size(); ++n) {
    probability += TakeBackoff(ids.subspan(1, n - 1));
    bool is_new;
    char* at = middle_[n - 2].FindOrAdd(KeyOf(ids.first(n)), &is_new);
    StoreAt(at, NgramWeights{WithoutSign(probability), kBeginsNothing});
  }
}

bool NgramBuilder::AddNgram(std::span<const uint32_t> ids, NgramWeights weights) {
  const uint64_t key = KeyOf(ids);
  bool is_new;
  if (ids.size() == middle_.size() + 2) {
    char* at = longest_.FindOrAdd(key, &is_new);
    if (is_new) StoreAt(at, WithSign(weights.stored_probability));
  } else {
    char* at = middle_[ids.size() - 2].FindOrAdd(key, &is_new);
    weights.stored_probability = WithSign(weights.stored_probability);
    if (is_new) StoreAt(at, weights);
  }
  MarkSuffix(ids);
  return MarkContext(ids.subspan(1));
}

NgramTables NgramBuilder::Finish() {
  if (!has_unknown_) SetUnigram(0, {kUnknownProbability, 0});
  NgramTables tables;
  tables.order = static_cast<int>(middle_.size()) + 2;
  tables.num_words = unigrams_.size() / kNgramWeightsBytes;
  tables.words = words_.table();
  tables.unigrams = unigrams_.data();
  for (const ProbingTableBuilder<16>& table : middle_) tables.middle.push_back(table.table());
  tables.longest = longest_.table();
  return tables;
}

}  // namespace owt::formats
