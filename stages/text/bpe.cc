#include "stages/text/bpe.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <functional>
#include <mutex>

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

// Orders by the first, then by the second.
uint64_t HeapKey(uint32_t merged, uint32_t left) { return uint64_t{merged} << 32 | left; }

// The least of the first `size` of some multiple of four numbers. One by one on purpose: a vector
// of them would have to wait for the stores of single numbers just before.
inline uint32_t Least(const uint32_t* numbers, size_t size) {
  uint32_t a = numbers[0], b = numbers[1], c = numbers[2], d = numbers[3];
  for (size_t i = 4; i < size; i += 4) {
    a = std::min(a, numbers[i]);
    b = std::min(b, numbers[i + 1]);
    c = std::min(c, numbers[i + 2]);
    d = std::min(d, numbers[i + 3]);
    asm("" : "+r"(a), "+r"(b), "+r"(c), "+r"(d));  // or the compiler makes a vector of them
  }
  return std::min(std::min(a, b), std::min(c, d));
}

}  // namespace

// What the scan for the lowest pair looks at.
struct BpeModel::Scan {
  explicit Scan(const formats::Gpt2Vocab& vocab) : merges(vocab), byte_pairs(256 * 256, kNone) {
    for (unsigned byte = 0; byte < 256; ++byte) {
      byte_ids[byte] = vocab.byte_id(static_cast<uint8_t>(byte));
    }
    for (unsigned two = 0; two < byte_pairs.size(); ++two) {
      byte_pairs[two] = merges.Find(byte_ids[two >> 8], byte_ids[two & 0xFF]);
    }
  }

  MergeTable merges;
  std::array<uint32_t, 256> byte_ids;
  std::vector<uint32_t> byte_pairs;  // what two bytes become, or kNone
};

// Made when it is first asked for: processors with a faster way start without it.
struct BpeModel::LazyScan {
  std::once_flag made;
  std::optional<Scan> scan;
};

const BpeModel::Scan& BpeModel::scan() const {
  std::call_once(scan_->made, [this] { scan_->scan.emplace(vocab_); });
  return *scan_->scan;
}

// The same: most texts have few of them.
struct BpeModel::LazyWideChars {
  std::once_flag made;
  std::optional<WideChars> chars;
};

const WideChars* BpeModel::wide_chars() const {
  if (!words_.has_value()) return nullptr;
  std::call_once(wide_chars_->made, [this] { wide_chars_->chars.emplace(*words_, borders_); });
  return &*wide_chars_->chars;
}

BpeModel::BpeModel(const formats::Gpt2Vocab& vocab, size_t window_bytes,
                   std::optional<formats::TokenType> token_type)
    : vocab_(vocab),
      scan_(std::make_unique<LazyScan>()),
      wide_chars_(std::make_unique<LazyWideChars>()),
      window_bytes_(window_bytes),
      token_type_(token_type.value_or(formats::TokenTypeFor(vocab.size()))) {
  if (token_type_ == formats::TokenType::kUint16 && WordMerges::Fits(vocab)) words_.emplace(vocab);
  for (uint32_t id = formats::Gpt2Vocab::kNumBytes; id < vocab.end_of_text(); ++id) {
    borders_.Add(vocab.token_bytes(id));
  }
}

BpeModel::~BpeModel() = default;

void BpeModel::EncodePart(std::string_view part, std::vector<uint32_t>* ids) const {
  if (part.size() > kShortBytes) return EncodeLong(part, ids);
  uint32_t few[kShortBytes];
  ids->insert(ids->end(), few, few + EncodeShort(part, few));
}

// Symbol i begins at byte i - 1. Before the first and behind the last one stands an id that merges
// with nothing. Nothing moves when two are merged: the left one becomes both.
size_t BpeModel::EncodeShort(std::string_view piece, uint32_t* out) const {
  constexpr int kIndexBits = 7;
  constexpr size_t kMaxSymbols = kShortBytes + 2;
  static_assert(kMaxSymbols <= 1 << kIndexBits);
  constexpr uint32_t kNoMerge = ~uint32_t{0};
  const Scan& scan = this->scan();
  uint32_t ids[kMaxSymbols];
  uint32_t merges[kMaxSymbols + 3];  // what ids[i] and the next symbol become, and i; or kNoMerge
  uint8_t next[kMaxSymbols], previous[kMaxSymbols];
  const auto merge_at = [](uint32_t merged, uint32_t i) {
    return merged == kNone ? kNoMerge : merged << kIndexBits | i;
  };
  const auto* bytes = reinterpret_cast<const uint8_t*>(piece.data());
  const auto size = static_cast<uint8_t>(piece.size());
  ids[0] = ids[size + 1] = scan.merges.stranger();
  merges[0] = kNoMerge;
  for (uint8_t i = 1; i <= size; ++i) {
    ids[i] = scan.byte_ids[bytes[i - 1]];
    next[i] = static_cast<uint8_t>(i + 1);
    previous[i] = static_cast<uint8_t>(i - 1);
  }
  for (uint8_t i = 1; i < size; ++i) {
    merges[i] = merge_at(scan.byte_pairs[bytes[i - 1] << 8 | bytes[i]], i);
  }
  for (size_t i = 0; i < 4; ++i) merges[size + i] = kNoMerge;

  size_t count = size;
  for (uint32_t best; (best = Least(merges, size)) != kNoMerge; --count) {
    const auto at = static_cast<uint8_t>(best % (1u << kIndexBits));
    const uint32_t id = best >> kIndexBits;
    const uint8_t gone = next[at], behind = next[gone], before = previous[at];
    ids[at] = id;
    next[at] = behind;
    previous[behind] = at;
    merges[gone] = kNoMerge;
    merges[at] = merge_at(scan.merges.Find(id, ids[behind]), at);
    merges[before] = merge_at(scan.merges.Find(ids[before], id), before);
  }
  for (size_t i = 0, at = 1; i < count; ++i, at = next[at]) out[i] = ids[at];
  return count;
}

struct BpeModel::Symbol {
  uint32_t id;
  uint32_t merged;  // what it becomes with the next symbol, or kNone
  uint32_t previous, next;
};

void BpeModel::EncodeLong(std::string_view piece, std::vector<uint32_t>* ids) const {
  const Scan& scan = this->scan();
  const auto size = static_cast<uint32_t>(piece.size());
  std::vector<Symbol> symbols(size);
  for (uint32_t i = 0; i < size; ++i) {
    symbols[i] = {scan.byte_ids[static_cast<uint8_t>(piece[i])], kNone, i - 1, i + 1};
  }

  // Candidates are HeapKey(merged, left): ordered by rank, then by position.
  std::vector<uint64_t> heap;
  heap.reserve(size);
  const auto look = [&](uint32_t left) {
    Symbol& symbol = symbols[left];
    symbol.merged =
        symbol.next == size ? kNone : scan.merges.Find(symbol.id, symbols[symbol.next].id);
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
      begin -= TokenBytes(before[--first]);
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
    // The same token in both: what is before it goes with it, and it goes with what is behind it.
    const bool same = first < before->size() && (*before)[first] == window[next];
    bool joins = at_before == at_window && (first == 0 || same);
    if (at_before == at_window && !joins) {
      const uint32_t left = (*before)[first - 1];
      const uint32_t right = window[next];
      const size_t left_bytes = TokenBytes(left);
      together.clear();
      encode_part(piece.substr(at_before - left_bytes, left_bytes + TokenBytes(right)), &together);
      joins = together.size() == 2 && together[0] == left && together[1] == right;
    }
    if (joins) {
      before->resize(first);
      before->insert(before->end(), window.begin() + static_cast<ptrdiff_t>(next), window.end());
      return true;
    }
    if (at_before <= at_window) {
      if (first == before->size()) return false;
      at_before += TokenBytes((*before)[first++]);
    } else {
      at_window += TokenBytes(window[next++]);
    }
  }
  return false;
}

}  // namespace owt::text
