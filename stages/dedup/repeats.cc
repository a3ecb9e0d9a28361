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

// An anchor's place and the offsets of it in its windows, in order of the place.
struct Span {
  static constexpr unsigned kOffsetBits = 10;

  uint64_t at;
  uint64_t most, least;  // its offset in its first and its last window

  static Span Of(uint64_t number) {
    constexpr uint64_t kMask = (1u << kOffsetBits) - 1;
    return {number >> 2 * kOffsetBits, number >> kOffsetBits & kMask, number & kMask};
  }

  uint64_t number() const { return at << 2 * kOffsetBits | most << kOffsetBits | least; }

  uint64_t begin() const { return at - most; }

  uint64_t end(WindowSize size) const { return at - least + size.bytes; }
};

static_assert(WindowSize::kMostOffset < 1u << Span::kOffsetBits);
static_assert(kPlaceBits + 2 * Span::kOffsetBits == 64);

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
      for (const Anchor& anchor : anchors_) {
        const Span span = {base + begin + anchor.at, anchor.at - anchor.first_window,
                           anchor.at - anchor.last_window};
        records->push_back({anchor.key, anchor.hull, span.number()});
      }
    }
  }

 private:
  const TextStore& texts_;
  const WindowSize size_;
  AnchorSampler sampler_;
  std::string bytes_;
  std::vector<Anchor> anchors_;
};

// Anchors in their order, key after key and hull after hull.
class AnchorGroups {
 public:
  AnchorGroups(WindowSize size, RecordSorter* claims, RecordSorter* hulls)
      : size_(size), claims_(claims), hulls_(hulls) {}

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
    const Span span = Span::Of(first_[2]);
    if (has_others_) {
      hulls_->Add({first_[2], first_[0], uint64_t{num_alike_ > 1}});
    } else if (num_alike_ > 1) {
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
  RecordSorter* const hulls_;
  Record first_{};  // of this hull
  int num_alike_ = 0;
  bool has_others_ = false;  // this key has more than one hull
};

// Hashes all windows of a hull, in a time that does not depend on their size but on the number of
// places that an anchor can have in them.
class WindowHasher {
 public:
  explicit WindowHasher(WindowSize size)
      : size_(size), before_(size.max_offset + 1), behind_(size.max_offset + 1) {}

  // `hull` holds the bytes of the span. Two windows get the same two numbers if they are equal and
  // have an anchor of this key at the same place.
  void Hash(std::string_view hull, const Span& span, uint64_t key, bool comes_again,
            RecordSorter* windows) {
    Chain(hull, span);
    for (uint64_t offset = span.most; offset + 1 > span.least; --offset) {
      const uint64_t left = MultiplyFold(key ^ before_[offset], kHashC + offset);
      const uint64_t right = MultiplyFold(key + behind_[size_.max_offset - offset], kHashD);
      windows->Add({left, right, (span.at - offset) << 1 | (comes_again ? 1 : 0)});
      if (offset == 0) break;
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

  const WindowSize size_;
  std::vector<uint64_t> before_, behind_;
};

}  // namespace

void SampleTexts(const TextStore& texts, WindowSize size, int workers, RecordSorter* anchors) {
  if (texts.size() >> kPlaceBits != 0) {
    throw Error(ErrorKind::kResource, "more than 16 TiB of text; deduplicate parts first");
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

void CompareAnchors(WindowSize size, RecordSorter* anchors, RecordSorter* claims,
                    RecordSorter* hulls) {
  anchors->Finish();
  AnchorGroups groups(size, claims, hulls);
  for (Record record; anchors->Next(&record);) groups.Take(record);
  groups.Finish();
}

void HashWindows(const TextStore& texts, WindowSize size, RecordSorter* hulls,
                 RecordSorter* windows) {
  hulls->Finish();
  WindowHasher hasher(size);
  TextReader reader(&texts);  // hulls come in the order of the text
  for (Record record; hulls->Next(&record);) {
    const Span span = Span::Of(record[0]);
    const std::string_view hull = reader.Get(span.begin(), span.end(size) - span.begin());
    hasher.Hash(hull, span, record[1], record[2] != 0, windows);
  }
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
