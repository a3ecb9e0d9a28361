#include "formats/explained_sink.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdint>

namespace owt::formats {

void ExplainedSink::Put(BatchResult& result) {
  output_.Put(result);
  if (!result.aux.empty()) explain_.Write(result.aux);
}

// "BYTES STATE": of the explanation and of the output.
std::string ExplainedSink::Checkpoint(std::vector<Fd>* unsynced) {
  const std::string state = output_.Checkpoint(unsynced);
  if (state.empty()) return {};
  return fmt::format("{} {}", explain_.Checkpoint(unsynced), state);
}

bool ExplainedSink::Restore(const std::string& state) {
  uint64_t bytes = 0;
  const size_t space = state.find(' ');
  if (space == std::string::npos) return false;
  std::from_chars(state.data(), state.data() + space, bytes);
  if (!output_.Restore(state.substr(space + 1))) return false;
  explain_.Restore(bytes);
  return true;
}

void ExplainedSink::Commit() {
  output_.Commit();
  explain_.Commit();
}

}  // namespace owt::formats
