#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace owt::formats {

// numpy.random.RandomState(seed), as far as its shuffle() goes: the same permutations of up to 2^32
// elements. Not thread-safe.
class NumpyRandom {
 public:
  explicit NumpyRandom(uint32_t seed);

  // From the last element to the second, each changes places with one of those up to itself. 14 ns
  // an element where they are too many for the caches.
  template <class T>
  void Shuffle(std::span<T> values) {
    // What is drawn does not depend on the elements, so that the draws run ahead of the exchanges
    // and memory is asked for in time.
    std::array<uint32_t, 128> partners;
    for (size_t last = values.size(); last > 1;) {
      const size_t count = std::min(partners.size(), last - 1);
      DrawPartners(last - 1, {partners.data(), count});
      for (size_t k = 0; k < count; ++k) {
        __builtin_prefetch(&values[partners[k]], /*for writing*/ 1);
      }
      for (size_t k = 0; k < count; ++k) std::swap(values[last - 1 - k], values[partners[k]]);
      last -= count;
    }
  }

 private:
  static constexpr size_t kWords = 624;  // of MT19937

  // Stores a number in [0, first], one in [0, first - 1] and so on, by masked rejection.
  void DrawPartners(size_t first, std::span<uint32_t> partners);
  void Refill();

  std::array<uint32_t, kWords> state_;
  std::array<uint32_t, kWords> ready_;  // drawn and tempered
  size_t next_ = kWords;                // in ready_
};

}  // namespace owt::formats
