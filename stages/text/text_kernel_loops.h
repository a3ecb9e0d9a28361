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
    PieceStarts<Simd> pieces(text.data(), text.size(), &borders);
    size_t count = 0;
    while (true) {
      while (count <= kChunk && !pieces.done()) count += pieces.Next(loops.starts_ + count);
      const bool last = pieces.done();
      // The end of the last piece is not known before the next start, or the end of the text.
      if (last) loops.starts_[count++] = static_cast<uint32_t>(text.size());
      out = loops.EncodeChunk(count - 1, out);
      if (last) return out;
      loops.starts_[0] = loops.starts_[count - 1];
      count = 1;
    }
  }

  static uint64_t HashOf(const WordKey& key) {
    return Simd::Hash(Simd::Load(reinterpret_cast<const char*>(&key), key.high >> 56));
  }

 private:
  static constexpr size_t kMaxPieces = PieceChunk::kMaxPieces;
  static constexpr size_t kChunk = kMaxPieces - 64;
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
  uint32_t starts_[kMaxPieces + 1 + PieceStarts<Simd>::kSlack + 64];
  WordKey keys_[kMaxPieces + 64];
  uint32_t offsets_[kMaxPieces + 64];
  MissedPiece missed_[kMaxPieces + 64];
};

}  // namespace owt::text
