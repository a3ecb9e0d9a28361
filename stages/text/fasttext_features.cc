#include "stages/text/fasttext_features.h"

#include <algorithm>
#include <bit>
#include <utility>

// The rules are those of fastText's Dictionary::getLine, computeSubwords, addWordNgrams and
// pushHash (https://github.com/facebookresearch/fastText), to the letter: models are only as good
// as the features that they were trained with.

namespace owt::text {
namespace {

constexpr std::string_view kEndOfLine = "</s>";
constexpr std::string_view kLabelPrefix = "__label__";  // of unknown words that are no features
constexpr uint32_t kFnvBasis = 2166136261;
constexpr uint32_t kFnvPrime = 16777619;
constexpr uint64_t kWordNgramFactor = 116049371;

// FNV-1a, but that bytes from 80 on count with their sign, as in the first models.
uint32_t HashByte(uint32_t hash, char byte) {
  return (hash ^ static_cast<uint32_t>(static_cast<int8_t>(byte))) * kFnvPrime;
}

uint32_t Hash(std::string_view bytes) {
  uint32_t hash = kFnvBasis;
  for (const char byte : bytes) hash = HashByte(hash, byte);
  return hash;
}

bool IsBlank(char c) { return c == ' ' || (c >= '\t' && c <= '\r') || c == '\0'; }

bool Continues(char byte) { return (byte & 0xC0) == 0x80; }

}  // namespace

FasttextSum::FasttextSum(const FasttextInput& input)
    : input_(input), sum_(static_cast<size_t>(input.columns())) {}

void FasttextSum::Reset() {
  std::fill(sum_.begin(), sum_.end(), 0.f);
  num_rows_ = 0;
  num_waiting_ = 0;
}

void FasttextSum::Flush() {
  input_.AddRows({waiting_, num_waiting_}, sum_.data());
  num_rows_ += num_waiting_;
  num_waiting_ = 0;
}

const float* FasttextSum::Mean() {
  Flush();
  if (num_rows_ == 0) return nullptr;
  const auto scale = static_cast<float>(1.0 / static_cast<double>(num_rows_));
  for (float& value : sum_) value *= scale;
  return sum_.data();
}

FasttextFeatures::FasttextFeatures(const formats::FasttextModel& model)
    : arguments_(model.arguments), words_(model.words), pruned_(model.pruned) {
  for (const formats::FasttextLabel& label : model.labels) labels_.push_back(label.name);
  BuildTable(model);
  BuildBuckets(model);
}

std::string_view FasttextFeatures::NameOf(int32_t id) const {
  const auto i = static_cast<size_t>(id);
  return i < words_.size() ? words_[i] : labels_[i - words_.size()];
}

void FasttextFeatures::BuildTable(const formats::FasttextModel& model) {
  const size_t entries = model.words.size() + model.labels.size();
  slots_.resize(std::bit_ceil(2 * entries));
  for (size_t i = 0; i < entries; ++i) {
    const auto id = static_cast<int32_t>(i);
    const std::string_view name = NameOf(id);
    const uint32_t hash = Hash(name);
    size_t at = hash & (slots_.size() - 1);
    // Of equal entries the last is the one that counts.
    while (slots_[at].id >= 0 && NameOf(slots_[at].id) != name) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = {hash, id};
  }
}

void FasttextFeatures::BuildBuckets(const formats::FasttextModel& model) {
  const auto buckets = static_cast<uint64_t>(model.arguments.buckets);
  if (buckets > 0) reciprocal_ = ~uint64_t{0} / buckets + 1;
  if (!pruned_) return;
  std::vector<std::pair<uint32_t, uint32_t>> rows;  // by bucket
  for (const formats::FasttextPrunedBucket& bucket : model.buckets) {
    rows.emplace_back(
        static_cast<uint32_t>(bucket.bucket),
        static_cast<uint32_t>(model.words.size()) + static_cast<uint32_t>(bucket.row));
  }
  std::stable_sort(rows.begin(), rows.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  bits_.resize(buckets / 64 + 1);
  for (size_t i = 0; i < rows.size(); ++i) {
    const auto [bucket, row] = rows[i];
    // Of equal buckets the last is the one that counts.
    if (i + 1 < rows.size() && rows[i + 1].first == bucket) continue;
    bits_[bucket / 64] |= uint64_t{1} << (bucket % 64);
    rows_.push_back(row);
  }
  ranks_.reserve(bits_.size());
  uint32_t before = 0;
  for (const uint64_t bits : bits_) {
    ranks_.push_back(before);
    before += static_cast<uint32_t>(std::popcount(bits));
  }
}

int32_t FasttextFeatures::Find(std::string_view token, uint32_t hash) const {
  for (size_t at = hash & (slots_.size() - 1); slots_[at].id >= 0;
       at = (at + 1) & (slots_.size() - 1)) {
    if (slots_[at].hash == hash && NameOf(slots_[at].id) == token) return slots_[at].id;
  }
  return -1;
}

// hash % buckets by two multiplications: D. Lemire, O. Kaser, N. Kurz, "Faster remainder by direct
// computation", 2019. With one bucket the reciprocal wraps to 0, and so is the rest.
inline uint32_t FasttextFeatures::BucketOf(uint32_t hash) const {
  const uint64_t fraction = reciprocal_ * hash;
  return static_cast<uint32_t>(
      (static_cast<unsigned __int128>(fraction) * static_cast<uint32_t>(arguments_.buckets)) >> 64);
}

// The buckets of a pruned model that have rows are moved to the front without a branch, which no
// processor could foresee.
void FasttextFeatures::PushBuckets(std::span<uint32_t> buckets, FasttextSum* sum) const {
  if (!pruned_) {
    for (const uint32_t bucket : buckets) sum->Push(static_cast<uint32_t>(words_.size()) + bucket);
    return;
  }
  size_t kept = 0;
  for (const uint32_t bucket : buckets) {
    buckets[kept] = bucket;
    kept += (bits_[bucket / 64] >> (bucket % 64)) & 1;
  }
  for (const uint32_t bucket : buckets.first(kept)) {
    const uint64_t below = bits_[bucket / 64] & ((uint64_t{1} << (bucket % 64)) - 1);
    sum->Push(rows_[ranks_[bucket / 64] + static_cast<uint32_t>(std::popcount(below))]);
  }
}

void FasttextFeatures::PushCharNgrams(std::string_view token, Scratch* scratch,
                                      FasttextSum* sum) const {
  std::string& marked = scratch->token;
  marked.assign(1, '<').append(token).push_back('>');
  const size_t size = marked.size();
  const auto least = static_cast<size_t>(arguments_.min_char_ngram);
  const auto most = static_cast<size_t>(arguments_.max_char_ngram);
  uint32_t buckets[4 * formats::kMaxFasttextNgram];
  size_t num_buckets = 0;
  for (size_t begin = 0; begin < size; ++begin) {
    if (Continues(marked[begin])) continue;
    uint32_t hash = kFnvBasis;
    size_t end = begin;
    for (size_t length = 1; length <= most && end < size; ++length) {
      hash = HashByte(hash, marked[end++]);
      while (end < size && Continues(marked[end])) hash = HashByte(hash, marked[end++]);
      const bool mark_alone = length == 1 && (begin == 0 || end == size);
      if (length >= least && !mark_alone) buckets[num_buckets++] = BucketOf(hash);
    }
    if (num_buckets + most > std::size(buckets)) {
      PushBuckets({buckets, num_buckets}, sum);
      num_buckets = 0;
    }
  }
  PushBuckets({buckets, num_buckets}, sum);
}

void FasttextFeatures::PushToken(std::string_view token, Scratch* scratch, FasttextSum* sum) const {
  const uint32_t hash = Hash(token);
  const int32_t id = Find(token, hash);
  const bool is_label =
      id < 0 ? token.starts_with(kLabelPrefix) : static_cast<size_t>(id) >= words_.size();
  if (is_label) return;
  if (id >= 0) sum->Push(static_cast<uint32_t>(id));
  if (token != kEndOfLine && arguments_.max_char_ngram > 0) PushCharNgrams(token, scratch, sum);
  if (arguments_.word_ngrams > 1) scratch->hashes.push_back(static_cast<int32_t>(hash));
}

void FasttextFeatures::PushWordNgrams(const std::vector<int32_t>& hashes, FasttextSum* sum) const {
  const auto buckets = static_cast<uint64_t>(arguments_.buckets);
  const auto longest = static_cast<size_t>(arguments_.word_ngrams);
  for (size_t i = 0; i < hashes.size(); ++i) {
    // Both with their sign.
    auto hash = static_cast<uint64_t>(int64_t{hashes[i]});
    for (size_t j = i + 1; j < hashes.size() && j < i + longest; ++j) {
      hash = hash * kWordNgramFactor + static_cast<uint64_t>(int64_t{hashes[j]});
      auto bucket = static_cast<uint32_t>(hash % buckets);
      PushBuckets({&bucket, 1}, sum);
    }
  }
}

void FasttextFeatures::Push(std::string_view text, Scratch* scratch, FasttextSum* sum) const {
  scratch->hashes.clear();
  bool ended = false;  // by an end of line that is written out
  for (size_t at = 0; at < text.size() && !ended;) {
    if (IsBlank(text[at])) {
      ++at;
      continue;
    }
    const size_t begin = at;
    while (at < text.size() && !IsBlank(text[at])) ++at;
    const std::string_view token = text.substr(begin, at - begin);
    PushToken(token, scratch, sum);
    ended = token == kEndOfLine;
  }
  if (!ended) PushToken(kEndOfLine, scratch, sum);
  if (arguments_.word_ngrams > 1) PushWordNgrams(scratch->hashes, sum);
}

}  // namespace owt::text
