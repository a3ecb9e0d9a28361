#include "stages/decontaminate/task_texts.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "formats/input_stream.h"
#include "pipeline/error.h"
#include "pipeline/json.h"

namespace owt::decontaminate {
namespace {

using TaskJson = nlohmann::json;

constexpr size_t kMaxLineBytes = size_t{64} << 20;

struct KnownTask {
  std::string_view name, field;
};

constexpr KnownTask kKnownTasks[] = {
    {"lambada", "text"},      {"squad", "question"}, {"natural_questions", "question.text"},
    {"triviaqa", "question"}, {"webqa", "question"}, {"race", "question"},
    {"drop", "question"},     {"coqa", "questions"}, {"piqa", "goal"},
};

std::string FieldOf(std::string_view name) {
  for (const KnownTask& known : kKnownTasks) {
    if (known.name == name) return std::string(known.field);
  }
  return "text";
}

// The value at a path of names with dots between them, or null.
const TaskJson* ValueAt(const TaskJson& record, std::string_view path) {
  const TaskJson* value = &record;
  while (true) {
    const size_t dot = std::min(path.find('.'), path.size());
    if (!value->is_object()) return nullptr;
    const auto found = value->find(std::string(path.substr(0, dot)));
    if (found == value->end()) return nullptr;
    value = &*found;
    if (dot == path.size()) return value;
    path.remove_prefix(dot + 1);
  }
}

// Returns false where the line holds no text of the task.
bool ReadTaskLine(std::string_view line, const Task& task,
                  const std::function<void(std::string_view)>& on_text) {
  const TaskJson record = ParseJsonOrDiscard(line);
  const TaskJson* const value = ValueAt(record, task.field);
  if (value == nullptr) return false;
  if (value->is_string()) {
    on_text(value->get_ref<const std::string&>());
    return true;
  }
  if (!value->is_array()) return false;
  for (const TaskJson& element : *value) {
    if (!element.is_string()) return false;
    on_text(element.get_ref<const std::string&>());
  }
  return true;
}

}  // namespace

Task ParseTask(std::string_view spec) {
  const size_t equals = spec.find('=');
  if (equals == spec.npos || equals == 0 || equals + 1 == spec.size()) {
    throw Error(ErrorKind::kUsage,
                fmt::format("--task takes NAME=FILE or NAME=FILE:FIELD, not '{}'", spec));
  }
  Task task;
  task.name = spec.substr(0, equals);
  std::string_view path = spec.substr(equals + 1);
  const size_t colon = path.rfind(':');
  const bool has_field = colon != path.npos && path.find('/', colon) == path.npos && colon > 0 &&
                         colon + 1 < path.size();
  task.field = has_field ? path.substr(colon + 1) : FieldOf(task.name);
  task.path = has_field ? path.substr(0, colon) : path;
  return task;
}

std::vector<Task> ParseTasks(const std::vector<std::string>& specs) {
  std::vector<Task> tasks;
  for (const std::string& spec : specs) tasks.push_back(ParseTask(spec));
  return tasks;
}

void ReadTask(const Task& task, const std::function<void(std::string_view)>& on_text) {
  const std::unique_ptr<formats::InputStream> input = formats::OpenInput(task.path);
  std::string held;
  size_t number = 0;
  bool any = false;
  const auto read = [&](std::string_view line) {
    ++number;
    if (line.find_first_not_of(" \t\r") == line.npos) return;
    any = true;
    if (ReadTaskLine(line, task, on_text)) return;
    throw Error(ErrorKind::kInput,
                fmt::format("line {} of task {} has no text in '{}'; say which field holds it: "
                            "--task {}={}:FIELD",
                            number, task.name, task.field, task.name, task.path),
                task.path);
  };
  constexpr size_t kBlockBytes = size_t{1} << 18;
  while (true) {
    const size_t before = held.size();
    held.resize(before + kBlockBytes);
    const size_t count = input->Read(held.data() + before, kBlockBytes);
    held.resize(before + count);
    if (count == 0) break;
    size_t begin = 0;
    for (size_t end; (end = held.find('\n', std::max(begin, before))) != held.npos;) {
      read(std::string_view(held).substr(begin, end - begin));
      begin = end + 1;
    }
    held.erase(0, begin);
    if (held.size() > kMaxLineBytes) {
      throw Error(ErrorKind::kInput, fmt::format("line {} is larger than 64 MiB", number + 1),
                  task.path);
    }
  }
  read(held);
  if (!any) throw Error(ErrorKind::kInput, "this task holds no line", task.path);
}

}  // namespace owt::decontaminate
