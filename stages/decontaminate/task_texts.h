#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace owt::decontaminate {

// A test set whose texts are sought: "NAME=FILE" or "NAME=FILE:FIELD".
struct Task {
  std::string name;
  std::string path;   // jsonl, of any compression
  std::string field;  // where its texts are; dots lead into objects
};

// Without a field it is the one that Megatron-LM's filter_ngrams.py reads of the test set of that
// name (lambada, squad, natural_questions, triviaqa, webqa, race, drop, coqa, piqa), else `text`.
// A colon with a slash behind it is part of the path. Throws Error{kUsage}.
Task ParseTask(std::string_view spec);
std::vector<Task> ParseTasks(const std::vector<std::string>& specs);

// Calls on_text for each text of the task: the field of each line, or each element where that is a
// list. Throws Error{kInput} for a line that has no such field, or is no JSON, or above 64 MiB, and
// for a file without a line: a test set that is sought in part would be worse than an error.
void ReadTask(const Task& task, const std::function<void(std::string_view)>& on_text);

}  // namespace owt::decontaminate
