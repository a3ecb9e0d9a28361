#include "trainer/evaluate/lambada_task.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "pipeline/error.h"
#include "pipeline/white_space.h"
#include "trainer/evaluate/last_word.h"

namespace owt::trainer {

void LambadaTask::MakeRow(std::string_view text, ScoreRow* row) const {
  if (!strict_) {
    row->ids = encode_(text);
    row->num_scored = 1;
    return;
  }
  const LastWord last = SplitLastWord(text);
  row->ids = encode_(StripWhiteSpace(last.before));
  const std::vector<uint32_t> word = encode_(" " + std::string(last.word));
  row->ids.insert(row->ids.end(), word.begin(), word.end());
  row->num_scored = static_cast<uint32_t>(word.size());
}

bool LambadaTask::Next(ScoreRow* row) {
  std::string_view line;
  while (records_->Next(&line)) {
    std::string_view reason = parser_.Parse(line, &document_);
    if (reason.empty()) {
      MakeRow(document_.text(), row);
      if (row->ids.size() <= row->num_scored) {
        reason = "no_context";
      } else if (!CutToLength(length_, row)) {
        reason = "too_long";
      } else {
        return true;
      }
    }
    records_->Refuse(reason);
  }
  return false;
}

void LambadaTask::Take(const RowScore& score) {
  ++total_;
  right_ += score.num_right == score.num_scored;
  log_probability_ += score.log_probability;
}

double LambadaTask::Accuracy() const {
  if (total_ == 0) throw Error(ErrorKind::kInput, "there is no text to ask about");
  return static_cast<double>(right_) / static_cast<double>(total_);
}

std::string LambadaTask::Line() const {
  const double accuracy = Accuracy();
  return fmt::format(
      " validation results on LAMBADA | number correct: {:.4E} | total examples: {:.4E} | "
      "avg accuracy: {:.4E}",
      static_cast<double>(right_), static_cast<double>(total_), accuracy);
}

nlohmann::ordered_json LambadaTask::Json() const {
  const double accuracy = Accuracy();
  return {{"task", "lambada"},
          {"strict", strict_},
          {"correct", right_},
          {"total", total_},
          {"accuracy", accuracy},
          {"log_probability", log_probability_},
          {"perplexity", Perplexity(-log_probability_ / static_cast<double>(total_))}};
}

}  // namespace owt::trainer
