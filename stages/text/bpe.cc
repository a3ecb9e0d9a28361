#include "stages/text/bpe.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <functional>
#include <limits>

// Byte pair encoding after Sennrich et al. (2016), in the byte-level form of GPT-2. The id of a
// merged token is 256 + rank, so ids compare as ranks do. Short pieces are scanned for the lowest
// pair; longer ones keep their pairs in a heap over a linked list of symbols, where an entry whose
// symbols have changed since is skipped when it surfaces.
//
// Pieces without end (a run of one letter by the megabyte, base64) are encoded window by window.
// That is exact because of this: if A ends in token a and B begins with token b, A and B are the
// encodings of two texts, and the encoding of the text of a and b is (a, b), then A followed by B
// is the encoding of both texts together. For say that the first merge across the border is of the
// symbols p and q. Until then both sides went on as they do alone, so p belongs to a and q to b,
// and there the same merges came before; then p and q would also merge in the text of a and b
// alone. (van Antwerpen and Neubeck, "So many tokens, so little time", GitHub 2024, use the same
// fact to encode by backtracking.)

namespace owt::text {
namespace {

// What is encoded again with what follows: tokens at the end of a window, until they are so many or
// have so many bytes.
constexpr size_t kOverlapIds = 4;
constexpr size_t kOverlapBytes = 16;

constexpr uint64_t kHashFactor = 0x9E3779B97F4A7C15u;  // 2^64 / golden ratio, odd

// A slot is left, right and merged, 21 bits each; a pair is compared in one word.
constexpr int kIdBits = 21;
constexpr uint64_t kIdMask = (uint64_t{1} << kIdBits) - 1;
constexpr uint64_t kEmptySlot = ~uint64_t{0};

uint64_t PairKey(uint32_t left, uint32_t right) { return uint64_t{left} << kIdBits | right; }

// Orders by the first, then by the second.
uint64_t HeapKey(uint32_t merged, uint32_t left) { return uint64_t{merged} << 32 | left; }

}  // namespace

BpeModel::BpeModel(const formats::Gpt2Vocab& vocab, size_t window_bytes,
                   std::optional<formats::TokenType> token_type)
    : byte_pairs_(256 * 256, kNone),
      window_bytes_(window_bytes),
      end_of_text_(vocab.end_of_text()),
      token_type_(token_type.value_or(formats::TokenTypeFor(vocab.size()))) {
  for (unsigned byte = 0; byte < 256; ++byte) {
    byte_ids_[byte] = vocab.byte_id(static_cast<uint8_t>(byte));
  }
  const size_t num_slots = std::bit_ceil(std::max<size_t>(vocab.merges().size() * 2, 2));
  slots_.resize(num_slots, kEmptySlot);
  shift_ = 64 - std::countr_zero(num_slots);
  filter_.resize(num_slots * 4 / 64 + 1);
  uint32_t merged = formats::Gpt2Vocab::kNumBytes;
  for (const formats::MergePair& merge : vocab.merges()) {
    Insert(merge.left, merge.right, merged);
    const std::string_view bytes = vocab.token_bytes(merged);
    for (size_t i = 1; i < bytes.size(); ++i) {
      inner_pairs_.Add(static_cast<uint8_t>(bytes[i - 1]), static_cast<uint8_t>(bytes[i]));
    }
    if (bytes.size() == 2) {
      byte_pairs_[static_cast<uint8_t>(bytes[0]) << 8 | static_cast<uint8_t>(bytes[1])] = merged;
    }
    ++merged;
  }
  for (uint32_t id = 0; id < vocab.size(); ++id) {
    token_bytes_.push_back(static_cast<uint32_t>(vocab.token_bytes(id).size()));
  }
}

void BpeModel::Insert(uint32_t left, uint32_t right, uint32_t merged) {
  const uint64_t pair = PairKey(left, right);
  const uint64_t hash = pair * kHashFactor;
  const uint64_t bit = hash >> (shift_ - 2);
  filter_[bit / 64] |= uint64_t{1} << bit % 64;
  size_t i = hash >> shift_;
  while (slots_[i] != kEmptySlot) i = (i + 1) & (slots_.size() - 1);
  slots_[i] = pair << kIdBits | merged;
}

uint32_t BpeModel::Find(uint32_t left, uint32_t right) const {
  const uint64_t pair = PairKey(left, right);
  const uint64_t hash = pair * kHashFactor;
  const uint64_t bit = hash >> (shift_ - 2);
  if ((filter_[bit / 64] >> bit % 64 & 1) == 0) return kNone;
  for (size_t i = hash >> shift_;; i = (i + 1) & (slots_.size() - 1)) {
    if (slots_[i] >> kIdBits == pair) return static_cast<uint32_t>(slots_[i] & kIdMask);
    if (slots_[i] == kEmptySlot) return kNone;
  }
}

void BpeModel::EncodePart(std::string_view part, std::vector<uint32_t>* ids) const {
  if (part.size() > kShortBytes) return EncodeLong(part, ids);
  uint32_t few[kShortBytes];
  ids->insert(ids->end(), few, few + EncodeShort(part, few));
}

// The symbol that begins at byte i is ids[i]; `begins` says where symbols begin. Nothing moves when
// two are merged.
size_t BpeModel::EncodeShort(std::string_view piece, uint32_t* ids) const {
  static_assert(kShortBytes == 64);
  constexpr int kIndexBits = 6;
  constexpr int32_t kNoMerge = std::numeric_limits<int32_t>::max();
  int32_t merges[kShortBytes];  // what ids[i] and the next symbol become, and i; or kNoMerge
  const size_t size = piece.size();
  const auto* bytes = reinterpret_cast<const uint8_t*>(piece.data());
  const auto merge_at = [](uint32_t merged, unsigned i) {
    return merged == kNone ? kNoMerge : static_cast<int32_t>(merged << kIndexBits | i);
  };
  for (unsigned i = 0; i < size; ++i) ids[i] = byte_ids_[bytes[i]];
  for (unsigned i = 0; i + 1 < size; ++i) {
    merges[i] = merge_at(byte_pairs_[bytes[i] << 8 | bytes[i + 1]], i);
  }

  uint64_t begins = ~uint64_t{0} >> (kShortBytes - size);
  while (size > 1) {
    int32_t best = kNoMerge;  // signed: the least instructions have no other vector minimum
    for (size_t i = 0; i + 1 < size; ++i) best = std::min(best, merges[i]);
    if (best == kNoMerge) break;
    const unsigned at = static_cast<unsigned>(best) % kShortBytes;
    const uint64_t behind = begins & ~((uint64_t{2} << at) - 1);
    const auto gone = static_cast<unsigned>(std::countr_zero(behind));
    begins &= ~(uint64_t{1} << gone);
    ids[at] = static_cast<unsigned>(best) >> kIndexBits;
    merges[gone] = merges[at] = kNoMerge;
    if (const uint64_t next = behind & (behind - 1); next != 0) {
      merges[at] = merge_at(Find(ids[at], ids[std::countr_zero(next)]), at);
    }
    if (const uint64_t before = begins & ((uint64_t{1} << at) - 1); before != 0) {
      const auto previous = static_cast<unsigned>(63 - std::countl_zero(before));
      merges[previous] = merge_at(Find(ids[previous], ids[at]), previous);
    }
  }
  size_t count = 0;
  for (; begins != 0; begins &= begins - 1) ids[count++] = ids[std::countr_zero(begins)];
  return count;
}

struct BpeModel::Symbol {
  uint32_t id;
  uint32_t merged;  // what it becomes with the next symbol, or kNone
  uint32_t previous, next;
};

void BpeModel::EncodeLong(std::string_view piece, std::vector<uint32_t>* ids) const {
  const auto size = static_cast<uint32_t>(piece.size());
  std::vector<Symbol> symbols(size);
  for (uint32_t i = 0; i < size; ++i) {
    symbols[i] = {byte_ids_[static_cast<uint8_t>(piece[i])], kNone, i - 1, i + 1};
  }

  // Candidates are HeapKey(merged, left): ordered by rank, then by position.
  std::vector<uint64_t> heap;
  heap.reserve(size);
  const auto look = [&](uint32_t left) {
    Symbol& symbol = symbols[left];
    symbol.merged = symbol.next == size ? kNone : Find(symbol.id, symbols[symbol.next].id);
    if (symbol.merged != kNone) heap.push_back(HeapKey(symbol.merged, left));
    return symbol.merged != kNone;
  };
  const auto propose = [&](uint32_t left) {
    if (look(left)) std::push_heap(heap.begin(), heap.end(), std::greater<>());
  };
  for (uint32_t i = 0; i < size; ++i) look(i);
  std::make_heap(heap.begin(), heap.end(), std::greater<>());

  while (!heap.empty()) {
    std::pop_heap(heap.begin(), heap.end(), std::greater<>());
    const auto merged = static_cast<uint32_t>(heap.back() >> 32);
    const auto left = static_cast<uint32_t>(heap.back());
    heap.pop_back();
    Symbol& symbol = symbols[left];
    if (symbol.merged != merged) continue;
    symbols[symbol.next].merged = kNone;
    symbol.id = merged;
    symbol.next = symbols[symbol.next].next;
    if (symbol.next != size) symbols[symbol.next].previous = left;
    propose(left);
    if (left != 0) propose(symbol.previous);
  }
  for (uint32_t i = 0; i != size; i = symbols[i].next) ids->push_back(symbols[i].id);
}

void BpeModel::EncodePiece(std::string_view piece, std::vector<uint32_t>* ids) const {
  EncodePiece(
      piece, [this](std::string_view part, std::vector<uint32_t>* out) { EncodePart(part, out); },
      ids);
}

void BpeModel::EncodePiece(std::string_view piece, const PartEncoder& encode_part,
                           std::vector<uint32_t>* ids) const {
  if (piece.size() <= window_bytes_) return encode_part(piece, ids);
  std::vector<uint32_t> before;  // the encoding of piece[0, end)
  std::vector<uint32_t> window;
  size_t end = window_bytes_;
  encode_part(piece.substr(0, end), &before);
  for (size_t overlap = kOverlapIds; end < piece.size();) {
    // Both `before` and `window` encode what lies between `begin` and `end`.
    size_t first = before.size();
    size_t begin = end;
    while (first > 0 && before.size() - first < overlap) {
      if (overlap == kOverlapIds && end - begin >= kOverlapBytes) break;
      begin -= token_bytes_[before[--first]];
    }
    const size_t next_end = std::min(piece.size(), end + window_bytes_);
    window.clear();
    encode_part(piece.substr(begin, next_end - begin), &window);
    if (Join(piece, begin, first, window, encode_part, &before)) {
      end = next_end;
      overlap = kOverlapIds;
    } else {
      overlap *= 2;
    }
  }
  ids->insert(ids->end(), before.begin(), before.end());
}

// Looks for a place from `begin` on, where the ids of `before` from `first` on and those of
// `window` begin, at which one may end and the other go on, and joins them there.
bool BpeModel::Join(std::string_view piece, size_t begin, size_t first,
                    const std::vector<uint32_t>& window, const PartEncoder& encode_part,
                    std::vector<uint32_t>* before) const {
  std::vector<uint32_t> together;
  size_t at_before = begin;  // where (*before)[first] begins
  size_t at_window = begin;  // where window[next] begins
  for (size_t next = 0; next < window.size();) {
    bool joins = at_before == at_window && first == 0;
    if (at_before == at_window && first > 0) {
      const uint32_t left = (*before)[first - 1];
      const uint32_t right = window[next];
      const size_t left_bytes = token_bytes_[left];
      together.clear();
      encode_part(piece.substr(at_before - left_bytes, left_bytes + token_bytes_[right]),
                  &together);
      joins = together.size() == 2 && together[0] == left && together[1] == right;
    }
    if (joins) {
      before->resize(first);
      before->insert(before->end(), window.begin() + static_cast<ptrdiff_t>(next), window.end());
      return true;
    }
    if (at_before <= at_window) {
      if (first == before->size()) return false;
      at_before += token_bytes_[(*before)[first++]];
    } else {
      at_window += token_bytes_[window[next++]];
    }
  }
  return false;
}

}  // namespace owt::text
