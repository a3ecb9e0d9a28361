#pragma once

#include "formats/document.h"
#include "trainer/commands/commands.h"
#include "trainer/evaluate/record_lines.h"
#include "trainer/evaluate/task.h"

namespace owt::trainer {

// LAMBADA as Megatron-LM's tasks/main.py reads and counts it: of each text the end is to be
// guessed, which is the last token or, when strict, the last word: the tokens of " WORD" behind the
// rest of the text without white space at its ends, all of which must be the likeliest. Texts that
// are too long lose their beginning.
//
// Refused, beside what DocumentParser refuses: no_context (nothing stands before what is to be
// guessed), too_long (that alone is longer than the window).
class LambadaTask : public Task {
 public:
  LambadaTask(RecordLines* records, const std::string& text_key, EncodeText encode, bool strict)
      : records_(records), parser_({text_key, ""}), encode_(std::move(encode)), strict_(strict) {}

  void Start(int64_t length) override { length_ = length; }

  bool Next(ScoreRow* row) override;
  void Take(const RowScore& score) override;
  std::string Line() const override;
  nlohmann::ordered_json Json() const override;

 private:
  void MakeRow(std::string_view text, ScoreRow* row) const;
  double Accuracy() const;

  RecordLines* records_;
  DocumentParser parser_;
  EncodeText encode_;
  bool strict_;
  int64_t length_ = 0;
  Document document_;
  uint64_t total_ = 0, right_ = 0;
  double log_probability_ = 0;
};

}  // namespace owt::trainer
