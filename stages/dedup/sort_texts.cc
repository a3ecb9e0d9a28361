// Multikey quicksort (Bentley and Sedgewick, SODA 1997) on digits of eight bytes, which are kept
// beside the texts: parted in three by a digit, those with the same one go on with the next.
#include "stages/dedup/sort_texts.h"

#include <oneapi/tbb/task_arena.h>
#include <oneapi/tbb/task_group.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <tuple>
#include <utility>

namespace owt::dedup {
namespace {

constexpr size_t kDigitBytes = 8;
constexpr size_t kFewTexts = 24;
constexpr size_t kTaskTexts = 16384;  // fewer are not worth a task

// The eight bytes from `depth` on.
uint64_t DigitAt(std::string_view text, size_t depth) {
  char bytes[kDigitBytes] = {};
  if (depth < text.size()) {
    std::memcpy(bytes, text.data() + depth, std::min(text.size() - depth, kDigitBytes));
  }
  uint64_t digit;
  std::memcpy(&digit, bytes, sizeof(digit));
  return std::endian::native == std::endian::little ? __builtin_bswap64(digit) : digit;
}

class TextSort {
 public:
  // `texts` agree in their first `depth` bytes; their digits are those at `depth`.
  void Sort(std::span<CachedText> texts, size_t depth) {
    while (texts.size() > kFewTexts) {
      const auto [smaller, same] = Part(texts, MiddleDigit(texts));
      std::pair<std::span<CachedText>, size_t> parts[3] = {
          {texts.first(smaller), depth},
          {NextDigit(texts.subspan(smaller, same), depth), depth + kDigitBytes},
          {texts.subspan(smaller + same), depth}};
      // Going on with the largest one keeps the recursion below log2(n) deep.
      std::sort(std::begin(parts), std::end(parts),
                [](const auto& a, const auto& b) { return a.first.size() < b.first.size(); });
      for (int i = 0; i < 2; ++i) {
        const auto [part, at] = parts[i];
        if (part.size() < kTaskTexts) {
          Sort(part, at);
        } else {
          tasks_.run([this, part = part, at = at] { Sort(part, at); });
        }
      }
      std::tie(texts, depth) = parts[2];
    }
    std::sort(texts.begin(), texts.end(), [](const CachedText& a, const CachedText& b) {
      return a.bytes != b.bytes ? a.bytes < b.bytes : a.text() < b.text();
    });
  }

  void Wait() { tasks_.wait(); }

 private:
  // Of three places that do not depend on the order, so that no order is a bad one by design.
  static uint64_t MiddleDigit(std::span<const CachedText> texts) {
    uint64_t random = texts.size() * 0x9E3779B97F4A7C15u;
    uint64_t digits[3];
    for (uint64_t& digit : digits) {
      random = (random ^ random >> 29) * 0xBF58476D1CE4E5B9u;
      digit = texts[(random >> 16) % texts.size()].bytes;
    }
    std::sort(std::begin(digits), std::end(digits));
    return digits[1];
  }

  // Those with a smaller digit, then those with this one; how many of each.
  static std::pair<size_t, size_t> Part(std::span<CachedText> texts, uint64_t digit) {
    size_t smaller = 0;
    size_t larger = texts.size();
    for (size_t i = 0; i < larger;) {
      if (texts[i].bytes < digit) {
        std::swap(texts[i++], texts[smaller++]);
      } else if (texts[i].bytes > digit) {
        std::swap(texts[i], texts[--larger]);
      } else {
        ++i;
      }
    }
    return {smaller, larger - smaller};
  }

  // Of texts that agree in the digit at `depth`, those that end in it go first, the shorter ones
  // before the longer, which have further zeros. The others get their next digit.
  static std::span<CachedText> NextDigit(std::span<CachedText> texts, size_t depth) {
    const auto ends = [depth](const CachedText& text) { return text.size <= depth + kDigitBytes; };
    const auto rest = std::partition(texts.begin(), texts.end(), ends);
    const auto is_shorter = [](const CachedText& a, const CachedText& b) {
      return a.size < b.size;
    };
    if (!std::is_sorted(texts.begin(), rest, is_shorter)) {
      std::sort(texts.begin(), rest, is_shorter);
    }
    const std::span<CachedText> others(rest, texts.end());
    for (CachedText& text : others) text.bytes = DigitAt(text.text(), depth + kDigitBytes);
    return others;
  }

  oneapi::tbb::task_group tasks_;
};

}  // namespace

CachedText::CachedText(std::string_view text)
    : bytes(DigitAt(text, 0)), data(text.data()), size(static_cast<uint32_t>(text.size())) {}

void SortTexts(std::span<CachedText> texts) {
  // Isolated: a thread that waits here must not start on another batch.
  oneapi::tbb::this_task_arena::isolate([&] {
    TextSort sort;
    sort.Sort(texts, 0);
    sort.Wait();
  });
}

}  // namespace owt::dedup
