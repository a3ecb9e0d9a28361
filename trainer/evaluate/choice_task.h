#pragma once

#include <deque>
#include <vector>

#include "trainer/commands/commands.h"
#include "trainer/evaluate/choice_record.h"
#include "trainer/evaluate/record_lines.h"
#include "trainer/evaluate/task.h"

namespace owt::trainer {

// HellaSwag by completion: each ending, encoded as " ENDING", is scored behind its context. The
// answer is the ending of the largest log probability (acc), or of the largest by token (acc_norm);
// of equals the first. Contexts that are too long lose their beginning.
//
// Refused, beside what ChoiceParser refuses: no_context (an empty one), too_long (an ending is
// longer than the window).
class ChoiceTask : public Task {
 public:
  ChoiceTask(RecordLines* records, EncodeText encode)
      : records_(records), encode_(std::move(encode)) {}

  void Start(int64_t length) override { length_ = length; }

  bool Next(ScoreRow* row) override;
  void Take(const RowScore& score) override;
  std::string Line() const override;
  nlohmann::ordered_json Json() const override;

 private:
  // A record whose rows have been made.
  struct Asked {
    size_t label, num_endings;
  };

  // Rows of the next record that can be used, into ready_; false at the end.
  bool MakeRows();
  std::string_view MakeRowsOf(const ChoiceRecord& record);
  void Count(const Asked& asked);
  double Share(uint64_t right) const;

  RecordLines* records_;
  ChoiceParser parser_;
  EncodeText encode_;
  int64_t length_ = 0;
  ChoiceRecord record_;
  std::deque<ScoreRow> ready_;
  std::deque<Asked> asked_;
  std::vector<RowScore> scores_;  // of asked_.front()
  uint64_t total_ = 0, right_ = 0, right_by_token_ = 0;
  double log_probability_ = 0;  // of all endings, the wrong ones too
};

}  // namespace owt::trainer
