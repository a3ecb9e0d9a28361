#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace owt::verify {

// What verification found out about one artefact.
struct Finding {
  static constexpr size_t kMaxProblems = 20;

  std::string summary;                // what was checked, for one line
  std::vector<std::string> problems;  // the first kMaxProblems, a sentence each with its place
  uint64_t num_problems = 0;
  std::vector<std::string> notes;  // what could not be checked, and does not count as a problem

  void Problem(std::string text) {
    if (num_problems++ < kMaxProblems) problems.push_back(std::move(text));
  }
};

}  // namespace owt::verify
