#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "trainer/commands/commands.h"
#include "trainer/evaluate/detokenize.h"
#include "trainer/evaluate/task.h"
#include "trainer/evaluate/windows.h"

namespace owt::trainer {

// Perplexity of one long text as Megatron-LM's tasks/main.py takes that of WikiText-103: words of
// the text as it stands are counted (parts between single spaces), it is detokenized and encoded,
// and overlapping windows predict each token but the first. The adjusted perplexity is one for each
// of those words.
class WikitextTask : public Task {
 public:
  // Throws Error{kInput} where the text has fewer than two words or tokens, or is no UTF-8. `path`
  // is for messages.
  WikitextTask(std::string_view text, const std::string& path, Detokenizer detokenizer,
               const EncodeText& encode, int64_t stride);

  // Throws Error{kUsage} where windows would leave gaps.
  void Start(int64_t length) override;

  bool Next(ScoreRow* row) override { return windows_->Next(row); }

  void Take(const RowScore& score) override { loss_sum_ -= score.log_probability; }

  std::string Line() const override;
  nlohmann::ordered_json Json() const override;

 private:
  double Loss() const;
  double TokenRatio() const;

  std::vector<uint32_t> ids_;
  uint64_t words_;
  int64_t stride_;
  std::optional<OverlappingWindows> windows_;
  double loss_sum_ = 0;
};

// The whole of one file, decompressed. Throws Error{kInput} for one of more than `max_bytes`.
std::string ReadWholeText(const std::string& path, uint64_t max_bytes);

}  // namespace owt::trainer
