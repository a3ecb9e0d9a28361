#include "formats/indexed_dataset_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "formats/token_range.h"

namespace owt::formats {
namespace {

class Check {
 public:
  Check(const IndexedDataset& dataset, const IndexedDatasetRules& rules)
      : dataset_(dataset), rules_(rules) {}

  IndexedDatasetReport Run() {
    CheckSequences();
    CheckDocuments();
    return std::move(report_);
  }

 private:
  void Problem(std::string text) {
    if (report_.num_problems++ < kMaxProblems) report_.problems.push_back(std::move(text));
  }

  // Where the lengths say that sequence k begins must be where the offsets say it does; a sequence
  // whose place is in doubt is not read.
  void CheckSequences() {
    const uint64_t width = TokenBytes(dataset_.type());
    uint64_t expected = 0;
    for (uint64_t k = 0; k < dataset_.num_sequences(); ++k) {
      const int32_t length = dataset_.length(k);
      const int64_t pointer = dataset_.pointer(k);
      if (length < 0) {
        Problem(fmt::format("{}:{}: sequence {} has a length of {}", dataset_.paths().idx,
                            kIdxHeaderBytes + 4 * k, k, length));
        continue;
      }
      const uint64_t bytes = static_cast<uint64_t>(length) * width;
      const bool inside =
          expected <= dataset_.bin_bytes() && bytes <= dataset_.bin_bytes() - expected;
      if (pointer < 0 || static_cast<uint64_t>(pointer) != expected) {
        Problem(
            fmt::format("{}:{}: sequence {} starts at byte {}, but the lengths before it add "
                        "up to {}",
                        dataset_.paths().idx, dataset_.PointerOffset(k), k, pointer, expected));
      } else if (!inside) {
        Problem(fmt::format("{}:{}: sequence {} ends behind the end of {}", dataset_.paths().idx,
                            kIdxHeaderBytes + 4 * k, k, dataset_.paths().bin));
      } else {
        CheckTokens(k);
      }
      expected += bytes;
    }
    if (expected != dataset_.bin_bytes()) {
      Problem(fmt::format("{}: the lengths add up to {} bytes, but {} has {}", dataset_.paths().idx,
                          expected, dataset_.paths().bin, dataset_.bin_bytes()));
    }
  }

  void CheckTokens(uint64_t k) {
    const TokenView tokens = dataset_.sequence(k);
    report_.max_length = std::max(report_.max_length, static_cast<int64_t>(tokens.size()));
    if (tokens.empty()) {
      ++report_.num_empty_sequences;
      return;
    }
    if (rules_.eod && static_cast<uint32_t>(tokens[tokens.size() - 1]) == *rules_.eod) {
      ++report_.num_ending_with_eod;
    }
    const uint32_t largest = LargestToken(tokens);
    report_.max_token = std::max(report_.max_token, int64_t{largest});
    const uint32_t limit = rules_.vocab_size.value_or(kAnyToken);
    if (largest >= limit) ReportToken(k, tokens, FindTokenFrom(tokens, limit));
  }

  // One of a sequence says enough.
  void ReportToken(uint64_t k, const TokenView& tokens, size_t i) {
    const uint64_t offset =
        static_cast<uint64_t>(dataset_.pointer(k)) + i * TokenBytes(tokens.type());
    Problem(fmt::format("{}:{}: token {} of sequence {} is {}, outside the vocabulary",
                        dataset_.paths().bin, offset, i, k, tokens[i]));
  }

  void CheckDocuments() {
    for (uint64_t d = 0; d < dataset_.num_documents(); ++d) {
      const int64_t begin = dataset_.doc_idx(d);
      const int64_t end = dataset_.doc_idx(d + 1);
      if (end < begin) {
        Problem(fmt::format("{}:{}: document {} ends at sequence {}, before its begin {}",
                            dataset_.paths().idx, dataset_.DocIdxOffset(d + 1), d, end, begin));
      }
      report_.num_empty_documents += end == begin ? 1 : 0;
      const bool is_multi = end > begin && end - 1 > begin;
      report_.num_multi_sequence_documents += is_multi ? 1 : 0;
      if (is_multi && rules_.eod) CheckInside(d, begin, end);
    }
  }

  // The eod stands behind the last sentence of a document only: inside, a bound was lost.
  void CheckInside(uint64_t d, int64_t begin, int64_t end) {
    if (begin < 0 || static_cast<uint64_t>(end) > dataset_.num_sequences()) return;
    if (report_.num_problems != 0) return;  // where sequences lie is in doubt
    for (auto k = static_cast<uint64_t>(begin); k + 1 < static_cast<uint64_t>(end); ++k) {
      const TokenView tokens = dataset_.sequence(k);
      if (tokens.empty() || static_cast<uint32_t>(tokens[tokens.size() - 1]) != *rules_.eod) {
        continue;
      }
      Problem(fmt::format("{}:{}: document {} goes on behind token {}, which ends its sequence {}",
                          dataset_.paths().idx, dataset_.DocIdxOffset(d + 1), d, *rules_.eod, k));
      return;
    }
  }

  const IndexedDataset& dataset_;
  const IndexedDatasetRules& rules_;
  IndexedDatasetReport report_;
};

}  // namespace

IndexedDatasetReport CheckIndexedDataset(const IndexedDataset& dataset,
                                         const IndexedDatasetRules& rules) {
  return Check(dataset, rules).Run();
}

}  // namespace owt::formats
