#pragma once

// The loops of a TextKernel for any set of instructions; for text_kernel_*.cc alone, with the
// caution of piece_starts.h.
//
// Text is encoded in chunks of some hundred pieces, each in three passes: where pieces start; the
// key and the hash of each, with a prefetch of its pair; the look into the pair. So a look finds
// its line in the processor's cache, and no pass waits for another. What a hit costs is a load of
// 16 bytes, a compare that is nearly always equal, and a store of 16 bytes of which only the ids
// count. The passes are those of gigatoken; one place looked at instead of two, and ids of two
// bytes, make them shorter.
#include "stages/text/piece_starts.h"
#include "stages/text/text_kernel.h"

namespace owt::text {

// `Simd` has what PieceStarts asks for, and
//   Key                                 16 bytes in a register
//   Key Load(const char* at, size_t n)  the key of the first n bytes of 16 readable; n <= 16, where
//                                       16 gives a key that no word has
//   uint64_t Hash(Key)
//   void Store(Key, WordKey*)
//   bool Equal(const WordKey*, const WordKey*)
//   void Copy16(const char*, char*)
template <class Simd>
class TextLoops {
 public:
  static size_t Split(std::string_view text, uint32_t* starts) {
    size_t count = 0;
    PieceStarts<Simd> pieces(text.data(), text.size(), nullptr);
    while (!pieces.done()) count += pieces.Next(starts + count);
    return count;
  }

  static char* Encode(std::string_view text, const TokenBorders& borders, const WordCache& cache,
                      IdSink* sink, char* out) {
    TextLoops loops(text, cache, sink);
    for (size_t begin = 0; begin < text.size();) out = loops.EncodeFrom(&begin, borders, out);
    return out;
  }

  static uint64_t HashOf(const WordKey& key) {
    return Simd::Hash(Simd::Load(reinterpret_cast<const char*>(&key), key.high >> 56));
  }

 private:
  static constexpr size_t kMaxPieces = PieceChunk::kMaxPieces;
  static constexpr size_t kChunk = kMaxPieces - 64;
  static constexpr size_t kLeastRun = 40;  // characters: shorter ones cost more than they save
  static constexpr unsigned kWait = 8;     // blocks without ASCII behind such a one
  // Each piece takes 16 bytes, or the ids of its own.
  static_assert(IdSink::kRoom >= (kMaxPieces + 1) * WordKey::kMaxBytes * sizeof(uint32_t));

  TextLoops(std::string_view text, const WordCache& cache, IdSink* sink)
      : data_(text.data()),
        size_(text.size()),
        pairs_(reinterpret_cast<char*>(cache.pairs())),
        offset_mask_(cache.offset_mask()),
        sink_(sink) {}

  char* EncodeChunk(size_t count, char* out) {
    size_t whole = count;  // pieces with 16 bytes of text from their start on
    while (whole > 0 && starts_[whole - 1] + size_t{16} > size_) --whole;
    const Place place = {pairs_, offset_mask_};  // in registers: the stores below cannot change it
    const char* const data = data_;
    for (size_t i = 0; i < whole; ++i) Prepare(i, data + starts_[i], place);
    for (size_t i = whole; i < count; ++i) {
      char padded[16] = {};
      std::memcpy(padded, data_ + starts_[i], size_ - starts_[i]);
      Prepare(i, padded, place);
    }
    return LookUp(count, sink_->MakeRoom(out));
  }

  // Encodes from *begin on to the end of the text or of a run; that is then *begin.
  char* EncodeFrom(size_t* begin, const TokenBorders& borders, char* out) {
    PieceStarts<Simd> pieces(data_, size_, &borders, *begin);
    size_t count = 0;
    while (true) {
      while (count <= kChunk && !pieces.done()) {
        const size_t before = count;
        count += pieces.Next(starts_ + count);
        if (!pieces.is_beyond_ascii() || count == before) continue;
        if (wait_ > 0) {
          --wait_;
          continue;
        }
        *begin = starts_[before];
        const size_t end = EncodeRun(before, &out);
        if (end == *begin) {
          wait_ = kWait;
          continue;
        }
        *begin = end;
        return out;
      }
      const bool last = pieces.done();
      // The end of the last piece is not known before the next start, or the end of the text.
      if (last) starts_[count++] = static_cast<uint32_t>(size_);
      out = EncodeChunk(count - 1, out);
      if (last) {
        *begin = size_;
        return out;
      }
      starts_[0] = starts_[count - 1];
      count = 1;
    }
  }

  // Encodes the first `count` pieces and the run of characters of three bytes behind them, where
  // that is long enough to pay; returns where the run ends, or else where it begins.
  [[gnu::noinline]] size_t EncodeRun(size_t count, char** out) {
    const size_t begin = starts_[count];
    const char* at = data_ + begin;
    const char* const text_end = data_ + size_;
    const auto first = static_cast<uint8_t>(*at);
    if (first < 0xE0 || first >= 0xF0) return begin;
    const WideChars* const chars = sink_->GetWideChars();
    if (chars == nullptr) return begin;
    char ids[kLeastRun * WideChars::kBytes * sizeof(uint16_t) + WideChars::kRoom];
    WideChars::Run run = chars->Encode(data_, at, text_end, ids, ids + sizeof(ids));
    if (run.end < at + kLeastRun * WideChars::kBytes) return begin;
    if (count > 0) *out = EncodeChunk(count, *out);
    do {
      *out = sink_->MakeRoom(*out);
      run = chars->Encode(data_, at, text_end, *out, *out + IdSink::kRoom);
      *out = run.out;
      at = run.end;
      if (run.why != WideChars::End::kJoint) continue;
      const char* const cut = chars->NextCut(data_, at, text_end, WordKey::kMaxBytes);
      if (cut == nullptr) break;
      starts_[0] = static_cast<uint32_t>(at - data_);
      starts_[1] = static_cast<uint32_t>(cut - data_);
      *out = EncodeChunk(1, *out);
      at = cut;
    } while (run.why != WideChars::End::kOther);
    return static_cast<size_t>(at - data_);
  }

  struct Place {
    char* pairs;
    uint64_t offset_mask;
  };

  void Prepare(size_t i, const char* bytes, const Place& place) {
    const size_t size = starts_[i + 1] - starts_[i];
    const typename Simd::Key key = Simd::Load(bytes, size < 16 ? size : 16);
    const uint64_t offset = Simd::Hash(key) & place.offset_mask;
    Simd::Store(key, &keys_[i]);
    offsets_[i] = static_cast<uint32_t>(offset);
    __builtin_prefetch(place.pairs + offset);
  }

  char* LookUp(size_t count, char* const begin) {
    char* out = begin;
    size_t num_missed = 0;
    for (size_t i = 0; i < count; ++i) {
      const auto* pair = reinterpret_cast<const CachedPair*>(pairs_ + offsets_[i]);
      if (__builtin_expect(Simd::Equal(&keys_[i], &pair->first.key), 1)) {
        Simd::Copy16(pair->first.ids, out);
        out += pair->first.num_id_bytes;
      } else {
        missed_[num_missed++] = {static_cast<uint32_t>(i), static_cast<uint32_t>(out - begin)};
      }
    }
    if (num_missed == 0) return out;
    return sink_->AddMissed({data_, starts_, keys_, offsets_, missed_, num_missed}, begin, out);
  }

  const char* data_;
  size_t size_;
  char* pairs_;
  uint64_t offset_mask_;
  IdSink* sink_;
  unsigned wait_ = 0;  // blocks until a run is looked for again
  uint32_t starts_[kMaxPieces + 1 + PieceStarts<Simd>::kSlack + 64];
  WordKey keys_[kMaxPieces + 64];
  uint32_t offsets_[kMaxPieces + 64];
  MissedPiece missed_[kMaxPieces + 64];
};

}  // namespace owt::text
