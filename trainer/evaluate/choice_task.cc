#include "trainer/evaluate/choice_task.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "pipeline/error.h"

namespace owt::trainer {

std::string_view ChoiceTask::MakeRowsOf(const ChoiceRecord& record) {
  const std::vector<uint32_t> context = encode_(record.context);
  if (context.empty()) return "no_context";
  for (const std::string& text : record.endings) {
    const std::vector<uint32_t> ending = encode_(" " + text);
    ScoreRow row{context, static_cast<uint32_t>(ending.size())};
    row.ids.insert(row.ids.end(), ending.begin(), ending.end());
    if (!CutToLength(length_, &row)) {
      ready_.clear();
      return "too_long";
    }
    ready_.push_back(std::move(row));
  }
  asked_.push_back({record.label, record.endings.size()});
  return {};
}

bool ChoiceTask::MakeRows() {
  std::string_view line;
  while (records_->Next(&line)) {
    std::string_view reason = parser_.Parse(line, &record_);
    if (reason.empty()) reason = MakeRowsOf(record_);
    if (reason.empty()) return true;
    records_->Refuse(reason);
  }
  return false;
}

bool ChoiceTask::Next(ScoreRow* row) {
  if (ready_.empty() && !MakeRows()) return false;
  *row = std::move(ready_.front());
  ready_.pop_front();
  return true;
}

void ChoiceTask::Take(const RowScore& score) {
  scores_.push_back(score);
  log_probability_ += score.log_probability;
  if (scores_.size() < asked_.front().num_endings) return;
  Count(asked_.front());
  asked_.pop_front();
  scores_.clear();
}

void ChoiceTask::Count(const Asked& asked) {
  size_t best = 0, best_by_token = 0;
  const auto by_token = [this](size_t i) {
    return scores_[i].log_probability / scores_[i].num_scored;
  };
  for (size_t i = 1; i < scores_.size(); ++i) {
    if (scores_[i].log_probability > scores_[best].log_probability) best = i;
    if (by_token(i) > by_token(best_by_token)) best_by_token = i;
  }
  ++total_;
  right_ += best == asked.label;
  right_by_token_ += best_by_token == asked.label;
}

double ChoiceTask::Share(uint64_t right) const {
  if (total_ == 0) throw Error(ErrorKind::kInput, "there is no record to ask about");
  return static_cast<double>(right) / static_cast<double>(total_);
}

std::string ChoiceTask::Line() const {
  return fmt::format(
      " validation results on HELLASWAG | acc: {:.4E} | acc_norm: {:.4E} | total examples: {:.4E}",
      Share(right_), Share(right_by_token_), static_cast<double>(total_));
}

nlohmann::ordered_json ChoiceTask::Json() const {
  return {{"task", "hellaswag"},
          {"acc", Share(right_)},
          {"acc_norm", Share(right_by_token_)},
          {"correct", right_},
          {"correct_norm", right_by_token_},
          {"total", total_},
          {"log_probability", log_probability_}};
}

}  // namespace owt::trainer
