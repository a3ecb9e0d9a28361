#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace owt::filter {

// What one rule says of a text.
struct Finding {
  std::string_view rule;  // a literal: the reason for which a text is dropped
  double value = 0;
  double threshold = 0;
  bool failed = false;

  // The bytes of the text that it is about: all, where a rule does not say more.
  static constexpr size_t kToTheEnd = ~size_t{0};
  size_t begin = 0;
  size_t end = kToTheEnd;
};

// What the rules said of a text, in their order. One per thread; reused.
class Findings {
 public:
  // With `all`, rules go on behind the first that fails.
  void Clear(bool all) {
    all_ = all;
    failed_ = false;
    list_.clear();
  }

  // Notes what a rule measured. True: no rule needs to be asked any more.
  bool AtMost(std::string_view rule, double value, double threshold) {
    return Note({rule, value, threshold, value > threshold});
  }

  bool AtLeast(std::string_view rule, double value, double threshold) {
    return Note({rule, value, threshold, value < threshold});
  }

  // Says which bytes of the text the finding noted last is about.
  void At(size_t begin, size_t end) {
    list_.back().begin = begin;
    list_.back().end = end;
  }

  // Notes that there is no text: once, whoever asks.
  bool Empty() {
    constexpr std::string_view kRule = "empty";
    for (const Finding& finding : list_) {
      if (finding.rule == kRule) return !all_;
    }
    return AtLeast(kRule, 0, 1);
  }

  // The first rule that failed. REQUIRES: failed().
  const Finding& first_failed() const { return list_[first_failed_]; }

  bool failed() const { return failed_; }

  bool all() const { return all_; }

  const std::vector<Finding>& list() const { return list_; }

 private:
  bool Note(const Finding& finding) {
    if (finding.failed && !failed_) {
      failed_ = true;
      first_failed_ = list_.size();
    }
    list_.push_back(finding);
    return failed_ && !all_;
  }

  bool all_ = false;
  bool failed_ = false;
  size_t first_failed_ = 0;
  std::vector<Finding> list_;
};

// a / b; 0 where there is nothing to divide by.
inline double Ratio(uint64_t a, uint64_t b) {
  return b == 0 ? 0 : static_cast<double>(a) / static_cast<double>(b);
}

}  // namespace owt::filter
