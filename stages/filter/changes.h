#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace owt::filter {

// What a rule did to a text: how often, and where first, in bytes of the text that it was given.
struct Change {
  std::string_view rule;
  uint64_t count = 0;
  size_t position = 0;
};

// In the order in which rules first changed anything. One per thread; reused.
class Changes {
 public:
  void Clear() { list_.clear(); }

  void Note(std::string_view rule, size_t position) {
    for (Change& change : list_) {
      if (change.rule != rule) continue;
      ++change.count;
      return;
    }
    list_.push_back({rule, 1, position});
  }

  const std::vector<Change>& list() const { return list_; }

 private:
  std::vector<Change> list_;
};

}  // namespace owt::filter
