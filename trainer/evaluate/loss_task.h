#pragma once

#include <memory>
#include <optional>
#include <string>

#include "trainer/evaluate/task.h"
#include "trainer/evaluate/windows.h"

namespace owt::trainer {

// The loss over documents in a row: each id but the first is predicted once, in windows.
class LossTask : public Task {
 public:
  // `num_bytes`, if given, are those of the texts that `next` has returned: with them come bits per
  // byte.
  explicit LossTask(NextDocument next, const uint64_t* num_bytes = nullptr)
      : next_(std::move(next)), num_bytes_(num_bytes) {}

  void Start(int64_t length) override { windows_.emplace(std::move(next_), length); }

  bool Next(ScoreRow* row) override { return windows_->Next(row); }

  void Take(const RowScore& score) override;
  std::string Line() const override;
  nlohmann::ordered_json Json() const override;

 private:
  double Loss() const;
  double BitsPerByte() const;

  NextDocument next_;
  const uint64_t* num_bytes_;
  std::optional<StreamWindows> windows_;
  double loss_sum_ = 0;
  uint64_t tokens_ = 0;
};

}  // namespace owt::trainer
