#include "stages/dedup/verify.h"

#include <oneapi/tbb/enumerable_thread_specific.h>
#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>

namespace owt::dedup {
namespace {

constexpr size_t kPairsAtOnce = size_t{1} << 16;
constexpr size_t kMembersAtOnce = 1024;

// The least number of common shingles that makes sets of these sizes alike.
double LeastCommon(Measure measure, size_t a, size_t b, double threshold) {
  const auto total = static_cast<double>(a + b);
  if (measure == Measure::kJaccard) return total * threshold / (1 + threshold);
  return static_cast<double>(std::min(a, b)) * threshold;
}

double Ratio(Measure measure, size_t common, size_t a, size_t b) {
  const size_t whole = measure == Measure::kJaccard ? a + b - common : std::min(a, b);
  return whole == 0 ? 0 : static_cast<double>(common) / static_cast<double>(whole);
}

// Checks pairs, many at once.
class PairVerifier {
 public:
  PairVerifier(const SetFile& sets, Measure measure, double threshold)
      : sets_(sets), measure_(measure), threshold_(threshold) {}

  void Check(std::span<const CandidatePair> pairs, std::vector<double>* similarities) {
    similarities->resize(pairs.size());
    oneapi::tbb::parallel_for(
        oneapi::tbb::blocked_range<size_t>(0, pairs.size(), 64), [&](const auto& range) {
          Workplace& place = workplaces_.local();
          uint32_t held = ~uint32_t{0};
          DocumentFacts first;
          for (size_t i = range.begin(); i != range.end(); ++i) {
            if (pairs[i].first != held) first = sets_.Read(pairs[i].first, &place.first);
            held = pairs[i].first;
            const DocumentFacts second = sets_.Read(pairs[i].second, &place.second);
            (*similarities)[i] =
                SimilarityAtLeast(measure_, first.shingles, second.shingles, threshold_);
          }
        });
  }

 private:
  struct Workplace {
    SetFile::Buffer first, second;
  };

  const SetFile& sets_;
  const Measure measure_;
  const double threshold_;
  oneapi::tbb::enumerable_thread_specific<Workplace> workplaces_;
};

// One large bucket. Members come in blocks: first, on all threads, each is compared with the
// representatives so far; then, one after the other, with those that the block itself made.
class BucketVerifier {
 public:
  BucketVerifier(const SetFile& sets, Measure measure, double threshold)
      : sets_(sets), measure_(measure), threshold_(threshold) {}

  void Check(const LargeBucket& bucket, RecordSorter* edges) {
    bucket_ = &bucket;
    representatives_.clear();
    for (size_t begin = 0; begin < bucket.members.size(); begin += kMembersAtOnce) {
      const size_t end = std::min(begin + kMembersAtOnce, bucket.members.size());
      CheckBlock(begin, end, edges);
    }
  }

  uint64_t compared() const { return compared_; }

 private:
  struct Representative {
    uint32_t document;
    std::vector<uint64_t> shingles;
  };

  // Compares a member with the representatives from `from` on.
  std::vector<Edge> Compare(uint32_t member, ShingleSet shingles, size_t from) {
    std::vector<Edge> found;
    for (size_t i = from; i < representatives_.size(); ++i) {
      const Representative& one = representatives_[i];
      const double similarity = SimilarityAtLeast(measure_, one.shingles, shingles, threshold_);
      ++compared_;
      if (similarity >= threshold_) {
        found.push_back({one.document, member, similarity, bucket_->band});
      }
    }
    return found;
  }

  void CheckBlock(size_t begin, size_t end, RecordSorter* edges) {
    const std::span<const uint32_t> members =
        std::span(bucket_->members).subspan(begin, end - begin);
    const size_t num_known = representatives_.size();
    std::vector<std::vector<Edge>> found(members.size());
    oneapi::tbb::parallel_for(size_t{0}, members.size(), [&](size_t i) {
      SetFile::Buffer& buffer = buffers_.local();
      found[i] = Compare(members[i], sets_.Read(members[i], &buffer).shingles, 0);
    });
    for (size_t i = 0; i < members.size(); ++i) {
      const bool may_be_one = found[i].empty() && representatives_.size() < kRepresentatives;
      if (may_be_one || representatives_.size() > num_known) {
        const ShingleSet shingles = sets_.Read(members[i], &buffer_).shingles;
        const std::vector<Edge> more = Compare(members[i], shingles, num_known);
        found[i].insert(found[i].end(), more.begin(), more.end());
        if (found[i].empty() && representatives_.size() < kRepresentatives) {
          representatives_.push_back({members[i], {shingles.begin(), shingles.end()}});
        }
      }
      for (const Edge& edge : found[i]) edges->Add(RecordOf(edge));
    }
  }

  const SetFile& sets_;
  const Measure measure_;
  const double threshold_;
  const LargeBucket* bucket_ = nullptr;
  std::vector<Representative> representatives_;
  std::atomic<uint64_t> compared_ = 0;
  SetFile::Buffer buffer_;
  oneapi::tbb::enumerable_thread_specific<SetFile::Buffer> buffers_;
};

}  // namespace

void SortAndUnify(std::vector<uint64_t>* shingles) {
  std::sort(shingles->begin(), shingles->end());
  shingles->erase(std::unique(shingles->begin(), shingles->end()), shingles->end());
}

double Similarity(Measure measure, ShingleSet a, ShingleSet b) {
  return SimilarityAtLeast(measure, a, b, 0);
}

double SimilarityAtLeast(Measure measure, ShingleSet a, ShingleSet b, double threshold) {
  // So many shingles may be missing from the other set. One more allows for the rounding.
  const double least = LeastCommon(measure, a.size(), b.size(), threshold);
  const auto most_misses =
      static_cast<size_t>(static_cast<double>(a.size() + b.size()) - 2 * least) + 1;
  size_t common = 0;
  size_t i = 0;
  size_t j = 0;
  while (i < a.size() && j < b.size()) {
    const bool a_steps = a[i] <= b[j];
    const bool b_steps = b[j] <= a[i];
    common += a_steps && b_steps;
    i += a_steps;
    j += b_steps;
    if (i + j - 2 * common > most_misses) return -1;
  }
  return Ratio(measure, common, a.size(), b.size());
}

RecordSorter::Record RecordOf(const Edge& edge) {
  return {uint64_t{edge.first} << 32 | edge.second, std::bit_cast<uint64_t>(edge.similarity),
          edge.band};
}

Edge EdgeOf(const RecordSorter::Record& record) {
  return {static_cast<uint32_t>(record[0] >> 32), static_cast<uint32_t>(record[0]),
          std::bit_cast<double>(record[1]), static_cast<uint32_t>(record[2])};
}

uint64_t Verify(Candidates* candidates, const SetFile& sets, Measure measure, double threshold,
                RecordSorter* edges) {
  uint64_t compared = 0;
  PairVerifier pair_verifier(sets, measure, threshold);
  std::vector<CandidatePair> pairs;
  std::vector<double> similarities;
  for (bool is_last = false; !is_last;) {
    pairs.clear();
    CandidatePair pair;
    while (pairs.size() < kPairsAtOnce && candidates->NextPair(&pair)) pairs.push_back(pair);
    is_last = pairs.size() < kPairsAtOnce;
    pair_verifier.Check(pairs, &similarities);
    compared += pairs.size();
    for (size_t i = 0; i < pairs.size(); ++i) {
      if (similarities[i] < threshold) continue;
      edges->Add(RecordOf({pairs[i].first, pairs[i].second, similarities[i], pairs[i].band}));
    }
  }
  BucketVerifier bucket_verifier(sets, measure, threshold);
  for (LargeBucket bucket; candidates->NextLarge(&bucket);) bucket_verifier.Check(bucket, edges);
  return compared + bucket_verifier.compared();
}

}  // namespace owt::dedup
