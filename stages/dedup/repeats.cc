#include "stages/dedup/repeats.h"

#include <oneapi/tbb/enumerable_thread_specific.h>
#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <string>
#include <vector>

#include "pipeline/error.h"
#include "stages/dedup/shingle_hash.h"

namespace owt::dedup {
namespace {

using Record = RecordSorter::Record;

// Texts are sampled in pieces of so many bytes, whatever the memory: an anchor whose windows begin
// in two pieces is two anchors.
constexpr size_t kSampledBytes = size_t{64} << 10;

// An anchor's place, the offsets of it in its windows, and whether it is known that all of these
// come again; in order of the place.
struct Span {
  static constexpr unsigned kOffsetBits = 10;

  uint64_t at;
  uint64_t most, least;  // its offset in its first and its last window
  bool comes_again;

  static Span Of(uint64_t number) {
    constexpr uint64_t kMask = (1u << kOffsetBits) - 1;
    return {number >> (2 * kOffsetBits + 1), number >> (kOffsetBits + 1) & kMask,
            number >> 1 & kMask, (number & 1) != 0};
  }

  uint64_t number() const {
    return at << (2 * kOffsetBits + 1) | most << (kOffsetBits + 1) | least << 1 |
           uint64_t{comes_again};
  }

  uint64_t begin() const { return at - most; }

  uint64_t end(WindowSize size) const { return at - least + size.bytes; }
};

static_assert(WindowSize::kMostOffset < 1u << Span::kOffsetBits);
static_assert(kPlaceBits + 2 * Span::kOffsetBits + 1 == 64);

class PieceSampler {
 public:
  PieceSampler(const TextStore& texts, WindowSize size)
      : texts_(texts), size_(size), sampler_(size) {}

  // The anchors of windows that begin in kSampledBytes bytes from `base` on.
  void Sample(uint64_t base, std::vector<Record>* records) {
    texts_.Read(base, kSampledBytes + size_.bytes - 1, &bytes_);
    for (size_t begin = 0, end; begin < bytes_.size(); begin = end + 1) {
      end = std::min(bytes_.find('\0', begin), bytes_.size());
      sampler_.Sample(std::string_view(bytes_).substr(begin, end - begin), &anchors_);
      DropNeedless();
      for (const Anchor& anchor : anchors_) {
        const Span span = {base + begin + anchor.at, anchor.at - anchor.first_window,
                           anchor.at - anchor.last_window, false};
        records->push_back({anchor.key, anchor.hull, span.number()});
      }
    }
  }

 private:
  static bool AreAlike(const Anchor& a, const Anchor& b) {
    return a.key == b.key && a.hull == b.hull &&
           a.last_window - a.first_window == b.last_window - b.first_window &&
           a.at - a.first_window == b.at - b.first_window;
  }

  // Of equal anchors in a row, as in a run of one character, the first two stay, and others where
  // windows would be a window's length apart without them: all bytes of the later copies that there
  // were are still in one.
  void DropNeedless() {
    size_t kept = 0;
    size_t streak = 0;  // of these are kept, and are alike
    for (size_t i = 0; i < anchors_.size(); ++i) {
      const Anchor anchor = anchors_[i];
      const bool goes_on = i > 0 && AreAlike(anchors_[kept - 1], anchor);
      streak = goes_on ? streak : 0;
      const bool is_last = i + 1 == anchors_.size() || !AreAlike(anchor, anchors_[i + 1]);
      if (streak >= 2 && !is_last &&
          anchors_[i + 1].first_window <= anchors_[kept - 1].last_window + size_.bytes) {
        continue;
      }
      anchors_[kept++] = anchor;
      ++streak;
    }
    anchors_.resize(kept);
  }

  const TextStore& texts_;
  const WindowSize size_;
  AnchorSampler sampler_;
  std::string bytes_;
  std::vector<Anchor> anchors_;
};

// Hulls in their order, key after key and like after like.
class HullGroups {
 public:
  HullGroups(WindowSize size, RecordSorter* claims, RecordSorter* in_doubt)
      : size_(size), claims_(claims), in_doubt_(in_doubt) {}

  void Take(const Record& record) {
    const bool same_key = num_alike_ > 0 && record[0] == first_[0];
    if (same_key && record[1] == first_[1]) return TakeAlike(record);
    has_others_ |= same_key;
    Finish();
    has_others_ &= same_key;
    first_ = record;
    num_alike_ = 1;
  }

  // Says what is to be said of the hull that was taken last.
  void Finish() {
    if (num_alike_ == 0) return;
    Span span = Span::Of(first_[2]);
    span.comes_again |= num_alike_ > 1;
    if (has_others_) {
      in_doubt_->Add({span.number(), first_[0], 0});
    } else if (span.comes_again) {
      claims_->Add(Claim{span.begin(), 0, span.end(size_), true}.record());
    }
  }

 private:
  void TakeAlike(const Record& record) {
    const Span span = Span::Of(record[2]);
    const Span source = Span::Of(first_[2]);
    if (span.most != source.most || span.least != source.least) return;  // hashes collide
    num_alike_ = 2;
    claims_->Add(Claim{span.begin(), source.begin(), span.end(size_), false}.record());
  }

  const WindowSize size_;
  RecordSorter* const claims_;
  RecordSorter* const in_doubt_;
  Record first_{};  // of this hull
  int num_alike_ = 0;
  bool has_others_ = false;  // this key has more than one hull
};

// Hashes parts of a hull, in a time that depends on the number of places that an anchor can have in
// a window, not on their size.
class HullHasher {
 public:
  explicit HullHasher(WindowSize size)
      : size_(size),
        block_(std::max<uint64_t>(8, (size.max_offset + 1) / 16)),
        before_(size.max_offset + 1),
        behind_(size.max_offset + 1) {}

  // `hull` holds the bytes of the span. Blocks that begin at multiples of block_ get a key for what
  // all windows of a whole block share, and a number for all bytes of those windows that are there.
  void CutBlocks(std::string_view hull, const Span& span, uint64_t key, RecordSorter* blocks) {
    Chain(hull, span);
    for (uint64_t begin = span.least / block_ * block_; begin <= span.most; begin += block_) {
      const uint64_t last = std::min<uint64_t>(begin + block_ - 1, size_.max_offset);
      const Span part = {span.at, std::min(span.most, last), std::max(span.least, begin),
                         span.comes_again};
      const uint64_t core = Join(key, begin, begin, last);
      const uint64_t whole = Join(~key, part.most << 10 | part.least, part.most, part.least);
      blocks->Add({core, whole, part.number()});
    }
  }

  // Two windows get the same two numbers if they are equal and have an anchor of this key at the
  // same place.
  void HashWindows(std::string_view hull, const Span& span, uint64_t key, RecordSorter* windows) {
    Chain(hull, span);
    for (uint64_t offset = span.least; offset <= span.most; ++offset) {
      const uint64_t left = MultiplyFold(key ^ before_[offset], kHashC + offset);
      const uint64_t right = MultiplyFold(key + behind_[size_.max_offset - offset], kHashD);
      windows->Add({left, right, (span.at - offset) << 1 | uint64_t{span.comes_again}});
    }
  }

 private:
  static uint64_t Next(uint64_t hash, char byte) {
    return MultiplyFold(hash + kHashB + static_cast<uint8_t>(byte), kHashA);
  }

  // Hashes of the bytes before the anchor, from it outwards, and of those behind it.
  void Chain(std::string_view hull, const Span& span) {
    before_[0] = behind_[0] = 0;
    for (size_t i = 0; i < span.most; ++i) {
      before_[i + 1] = Next(before_[i], hull[span.most - 1 - i]);
    }
    const std::string_view right = hull.substr(span.most + size_.anchor_bytes);
    for (size_t i = 0; i < right.size(); ++i) behind_[i + 1] = Next(behind_[i], right[i]);
  }

  // Of so many bytes before the anchor, and those up to the end of the window in which it has
  // offset `least`.
  uint64_t Join(uint64_t key, uint64_t what, uint64_t most, uint64_t least) const {
    const uint64_t left = MultiplyFold(key ^ before_[most], kHashC + what);
    return MultiplyFold(left + behind_[size_.max_offset - least], kHashD ^ key);
  }

  const WindowSize size_;
  const uint64_t block_;  // windows
  std::vector<uint64_t> before_, behind_;
};

// Calls on_hull(bytes, span, key) for each of those in doubt, in the order of the texts.
template <typename OnHull>
void ForEachHull(const TextStore& texts, WindowSize size, RecordSorter* hulls,
                 const OnHull& on_hull) {
  hulls->Finish();
  TextReader reader(&texts);
  for (Record record; hulls->Next(&record);) {
    const Span span = Span::Of(record[0]);
    on_hull(reader.Get(span.begin(), span.end(size) - span.begin()), span, record[1]);
  }
}

}  // namespace

void SampleTexts(const TextStore& texts, WindowSize size, int workers, RecordSorter* anchors) {
  if (texts.size() >> kPlaceBits != 0) {
    throw Error(ErrorKind::kResource, "more than 8 TiB of text; deduplicate parts first");
  }
  oneapi::tbb::enumerable_thread_specific<PieceSampler> samplers(
      [&] { return PieceSampler(texts, size); });
  std::vector<std::vector<Record>> found(static_cast<size_t>(workers) * 2);
  for (uint64_t base = 0; base < texts.size(); base += found.size() * kSampledBytes) {
    oneapi::tbb::parallel_for(size_t{0}, found.size(), [&](size_t i) {
      found[i].clear();
      const uint64_t begin = base + i * kSampledBytes;
      if (begin < texts.size()) samplers.local().Sample(begin, &found[i]);
    });
    for (const auto& records : found) {
      for (const Record& record : records) anchors->Add(record);
    }
  }
}

void CompareHulls(WindowSize size, RecordSorter* alike, RecordSorter* claims,
                  RecordSorter* in_doubt) {
  alike->Finish();
  HullGroups groups(size, claims, in_doubt);
  for (Record record; alike->Next(&record);) groups.Take(record);
  groups.Finish();
}

void CutBlocks(const TextStore& texts, WindowSize size, RecordSorter* hulls, RecordSorter* blocks) {
  HullHasher hasher(size);
  ForEachHull(texts, size, hulls, [&](std::string_view hull, const Span& span, uint64_t key) {
    hasher.CutBlocks(hull, span, key, blocks);
  });
}

void HashWindows(const TextStore& texts, WindowSize size, RecordSorter* blocks,
                 RecordSorter* windows) {
  HullHasher hasher(size);
  ForEachHull(texts, size, blocks, [&](std::string_view hull, const Span& span, uint64_t key) {
    hasher.HashWindows(hull, span, key, windows);
  });
}

void CompareWindows(WindowSize size, RecordSorter* windows, RecordSorter* claims) {
  windows->Finish();
  const auto claim_first = [&](const Record& window) {
    const uint64_t begin = window[2] >> 1;
    claims->Add(Claim{begin, 0, begin + size.bytes, true}.record());
  };
  Record first{};
  bool has_first = false;
  bool is_claimed = false;
  for (Record record; windows->Next(&record);) {
    if (has_first && record[0] == first[0] && record[1] == first[1]) {
      if (!is_claimed) claim_first(first);
      is_claimed = true;
      const uint64_t begin = record[2] >> 1;
      claims->Add(Claim{begin, first[2] >> 1, begin + size.bytes, false}.record());
      continue;
    }
    first = record;
    has_first = true;
    is_claimed = (first[2] & 1) != 0;
    if (is_claimed) claim_first(first);
  }
}

}  // namespace owt::dedup
