// Texts longer than words, in overlapping windows that are merged side by side and then joined. See
// merge_lanes.h, and bpe.cc for why texts may be joined: every part of an encoding is the encoding
// of its own text. So where two windows hold the same token in the same place, what the first one
// says up to it and what the second one says behind it are the encoding of both.
#include <immintrin.h>

#include "stages/text/merge_lanes.h"
#include "stages/text/text_kernel.h"

namespace owt::text {
namespace {

constexpr unsigned kWindow = MergedText<2>::kMaxBytes;
constexpr unsigned kMaxWindows = 4;
constexpr unsigned kLeastOverlap = 12;
constexpr unsigned kStride = kWindow - kLeastOverlap;

static_assert(kMaxPartBytes == kWindow + (kMaxWindows - 1) * kStride);

// Room for the ids of a window, which Compress reads in eights.
template <unsigned kVectors>
struct alignas(32) Ids {
  uint16_t of_symbols[16 * kVectors + 16];
};

template <unsigned kVectors>
[[gnu::always_inline]] inline void Take(const WordMerges& merges, const char* bytes, unsigned size,
                                        Ids<kVectors>* ids, MergedText<kVectors>* text) {
  constexpr unsigned kLanes = 16 * kVectors;
  alignas(32) char copy[kLanes] = {};
  std::memcpy(copy, bytes, size);
  alignas(32) uint16_t pairs[kLanes];
  std::memset(pairs, 0xFF, sizeof(pairs));
  for (unsigned i = 1; i < size; ++i) {
    uint16_t two;
    std::memcpy(&two, copy + i - 1, sizeof(two));
    pairs[i] = merges.byte_pair(two);
  }
  uint16_t* const symbols = ids->of_symbols;
  for (unsigned i = 0; i < kLanes; i += 32) {
    const __m256i all = ByteIds(_mm256_load_si256(reinterpret_cast<const __m256i*>(copy + i)));
    const __m256i low = _mm256_cvtepu8_epi16(_mm256_castsi256_si128(all));
    const __m256i high = _mm256_cvtepu8_epi16(_mm256_extracti128_si256(all, 1));
    std::memcpy(symbols + 1 + i, &low, sizeof(low));
    std::memcpy(symbols + 1 + i + 16, &high, sizeof(high));
  }
  symbols[0] = symbols[size + 1] = symbols[size + 2] = merges.stranger();
  text->ids = symbols;
  text->starts = (uint64_t{8} << size) - 1;
  std::memcpy(text->pairs, pairs, sizeof(pairs));
}

template <unsigned kVectors>
size_t EncodeAlone(const WordMerges& merges, std::string_view part, uint16_t* out) {
  Ids<kVectors> ids;
  MergedText<kVectors> text[1];
  const auto size = static_cast<unsigned>(part.size());
  Take(merges, part.data(), size, &ids, text);
  MergeTexts(merges, text);
  return Compress<kVectors>(ids.of_symbols, text[0].Own(size), out);
}

// The first symbol, counted in the later of two windows, of a token that both hold; 0 where there
// is none. Symbols of the later one are `ahead` behind those of the earlier one, of which only
// those from `first` on count.
unsigned Join(uint64_t earlier, uint64_t later, unsigned ahead, unsigned first) {
  const uint64_t shared = (uint64_t{2} << (kWindow + 1 - ahead)) - 2;  // the end of the first too
  const uint64_t known = first > ahead ? ~uint64_t{0} << (first - ahead) : ~uint64_t{0};
  earlier = earlier >> ahead & shared & known;
  later &= shared & known;
  uint64_t all = earlier | later;
  const uint64_t both = earlier & later;
  while ((all & (all - 1)) != 0) {
    const uint64_t start = all & -all;
    all ^= start;
    if ((both & start) != 0 && (both & all & -all) != 0) {
      return static_cast<unsigned>(__builtin_ctzll(start));
    }
  }
  return 0;
}

template <unsigned kWindows>
size_t EncodeWindows(const WordMerges& merges, std::string_view part, uint16_t* out) {
  Ids<2> ids[kWindows];
  MergedText<2> windows[kWindows];
  unsigned begins[kWindows];
  const auto rest = static_cast<unsigned>(part.size()) - kWindow;
  ForEach<kWindows>([&](auto w) __attribute__((always_inline)) {
    begins[w] = w * rest / (kWindows - 1);
    Take(merges, part.data() + begins[w], kWindow, &ids[w], &windows[w]);
  });
  MergeTexts(merges, windows);
  size_t count = 0;
  unsigned first = 1;  // symbol of this window that is not said yet
  for (unsigned w = 0; w + 1 < kWindows; ++w) {
    const unsigned ahead = begins[w + 1] - begins[w];
    const unsigned next = Join(windows[w].starts, windows[w + 1].starts, ahead, first);
    if (next == 0) return 0;
    const uint64_t own = windows[w].Own(next + ahead - 1);
    count += Compress<2>(ids[w].of_symbols, own & ~uint64_t{0} << (first - 1), out + count);
    first = next;
  }
  const uint64_t own = windows[kWindows - 1].Own(kWindow);
  return count +
         Compress<2>(ids[kWindows - 1].of_symbols, own & ~uint64_t{0} << (first - 1), out + count);
}

}  // namespace

size_t EncodePartAvx2(const WordMerges& merges, std::string_view part, uint16_t* out) {
  const size_t size = part.size();
  if (size <= kWindow) return EncodeAlone<2>(merges, part, out);
  size_t count;
  if (size <= kWindow + kStride) {
    count = EncodeWindows<2>(merges, part, out);
  } else if (size <= kWindow + 2 * kStride) {
    count = EncodeWindows<3>(merges, part, out);
  } else {
    count = EncodeWindows<4>(merges, part, out);
  }
  // Tokens that are longer than what two windows share.
  if (count == 0 && size <= MergedText<4>::kMaxBytes) return EncodeAlone<4>(merges, part, out);
  return count;
}

}  // namespace owt::text
