#pragma once

#include <cmath>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "trainer/api.h"

namespace owt::trainer {

// What a model is asked, and what its answers come to. Makes rows and adds up their scores; knows
// no tensor. Next runs ahead of Take, never both at a time.
class Task {
 public:
  virtual ~Task() = default;

  // Called once before Next: a row may have `length` + 1 ids. Throws Error{kUsage}.
  virtual void Start(int64_t length) = 0;

  virtual bool Next(ScoreRow* row) = 0;

  // The scores of the rows, in their order.
  virtual void Take(const RowScore& score) = 0;

  // When all is taken: as a line of text, and with all digits as a JSON object. Throw
  // Error{kInput} where there was nothing to ask.
  virtual std::string Line() const = 0;
  virtual nlohmann::ordered_json Json() const = 0;
};

// Megatron-LM's: of a loss beyond 20 it says e^20.
inline double Perplexity(double loss) { return std::exp(std::fmin(20.0, loss)); }

// Cuts ids off the front of a row that has more than `length` + 1; false where it has not two left,
// or scored ones would go.
bool CutToLength(int64_t length, ScoreRow* row);

}  // namespace owt::trainer
