#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "formats/document.h"

namespace owt::dedup {

// Which document of a cluster stays: the one of the highest rank, of equals the first.
class KeepRule {
 public:
  // `rule` is first, longest, shortest, max:FIELD, min:FIELD or priority:A,B,... Throws
  // Error{kUsage} for anything else.
  explicit KeepRule(std::string_view rule);

  // Whether ranks matter at all.
  bool is_first() const { return kind_ == Kind::kFirst; }

  // Of a document of the file `path`. Longest and shortest count bytes of the text. A field that is
  // absent or no number ranks last. A path ranks by the first of A, B, ... that it contains; one
  // that contains none ranks last.
  uint64_t RankOf(const Document& document, std::string_view path) const;

 private:
  enum class Kind { kFirst, kLongest, kShortest, kMost, kLeast, kPriority };

  Kind kind_ = Kind::kFirst;
  std::string field_;
  std::vector<std::string> sources_;  // the most wanted first
};

}  // namespace owt::dedup
