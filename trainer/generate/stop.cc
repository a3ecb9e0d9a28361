#include "trainer/generate/stop.h"

#include <algorithm>

namespace owt::trainer {

bool StopTokens::Ends(std::span<const uint32_t> ids) const {
  if (ids.empty()) return false;
  const uint32_t last = ids.back();
  if (std::find(tokens.begin(), tokens.end(), last) != tokens.end()) return true;
  if (ids.size() < 2) return false;
  const std::pair<uint32_t, uint32_t> pair(ids[ids.size() - 2], last);
  return std::find(pairs.begin(), pairs.end(), pair) != pairs.end();
}

LineTokens::LineTokens(const formats::Gpt2Vocab& vocab)
    : newline(vocab.byte_id('\n')), colon(vocab.byte_id(':')) {
  for (uint32_t id = formats::Gpt2Vocab::kNumBytes; id < vocab.end_of_text(); ++id) {
    if (vocab.token_bytes(id) == "\n\n") double_newline.push_back(id);
  }
}

void LineTokens::AddEol(StopTokens* stop) const {
  stop->tokens.push_back(newline);
  stop->tokens.insert(stop->tokens.end(), double_newline.begin(), double_newline.end());
}

void LineTokens::AddDoubleEol(StopTokens* stop) const {
  stop->tokens.insert(stop->tokens.end(), double_newline.begin(), double_newline.end());
  stop->pairs.emplace_back(newline, newline);
}

StopStrings::StopStrings(std::vector<std::string> strings) : strings_(std::move(strings)) {
  std::erase_if(strings_, [](const std::string& string) { return string.empty(); });
}

bool StopStrings::Feed(std::string_view piece, std::string* out) {
  held_ += piece;
  size_t found = std::string::npos;
  for (const std::string& string : strings_) found = std::min(found, held_.find(string));
  if (found != std::string::npos) {
    out->append(held_, 0, found);
    held_.clear();
    return true;
  }
  size_t keep = 0;  // the longest end of held_ that a string begins with
  for (const std::string& string : strings_) {
    size_t length = std::min(string.size() - 1, held_.size());
    while (length > keep && !held_.ends_with(std::string_view(string).substr(0, length))) --length;
    keep = std::max(keep, length);
  }
  out->append(held_, 0, held_.size() - keep);
  held_.erase(0, held_.size() - keep);
  return false;
}

void StopStrings::Finish(std::string* out) {
  out->append(held_);
  held_.clear();
}

}  // namespace owt::trainer
