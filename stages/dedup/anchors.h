#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace owt::dedup {

// Windows are all runs of N bytes of a text. Of the runs of k < N bytes in a window the one with
// the least hash is its anchor, of equal ones the last: content alone decides, so that equal
// windows have equal anchors at the same place within. Neighbours mostly share theirs: a text of
// random bytes has two anchors for N - k + 2 windows (Schleimer, Wilkerson, Aiken: Winnowing,
// SIGMOD 2003), a run of one character an anchor for each.
struct Anchor {
  uint64_t key;                      // hash of its k bytes
  uint64_t hull;                     // hash of all bytes of its windows, and of where it is in them
  size_t at;                         // its first byte
  size_t first_window, last_window;  // it is the anchor of the windows that begin here
};

// N, and the k that goes with it.
struct WindowSize {
  static constexpr size_t kMin = 32;
  static constexpr size_t kMax = 10000;
  static constexpr size_t kMostOffset = 1000;  // of an anchor in its window: N - k at most

  // REQUIRES: kMin <= bytes <= kMax.
  explicit WindowSize(size_t bytes);

  size_t bytes;         // N
  size_t anchor_bytes;  // k
  size_t max_offset;    // N - k
};

// Finds the anchors of texts, in time that depends on their size alone. Not thread-safe.
class AnchorSampler {
 public:
  explicit AnchorSampler(WindowSize size);

  // All of them, in order; none where the text is shorter than a window.
  void Sample(std::string_view text, std::vector<Anchor>* anchors);

 private:
  // A run of k bytes.
  struct Least {
    uint64_t hash;
    size_t at;
  };

  struct Rolling {
    uint64_t hash = 0;  // of the run before
    uint64_t left = 0;  // what of it leaves
  };

  Rolling Begin(const uint8_t* bytes) const;
  void HashBlock(const uint8_t* bytes, size_t count, uint64_t* hashes);
  void LookAhead(const uint64_t* hash, size_t last);
  void Add(std::string_view text, uint64_t key, size_t at, size_t first, size_t last,
           std::vector<Anchor>* anchors) const;

  const WindowSize size_;
  std::array<uint64_t, 256> entering_;  // what a byte adds to the rolling hash
  std::array<uint64_t, 256> leaving_;   // what is left of it k bytes later
  Rolling rolling_;
  std::vector<uint64_t> hashes_;
  // From ahead_at_ on the least run of the window, and those that have none as little behind them,
  // up to run scanned_; behind that, any.
  std::vector<Least> ahead_;
  size_t ahead_at_ = 0;
  size_t scanned_ = 0;
  std::vector<Least> found_;
};

}  // namespace owt::dedup
