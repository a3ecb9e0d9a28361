#include "trainer/evaluate/wikitext_task.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "formats/input_stream.h"
#include "pipeline/error.h"
#include "pipeline/utf8.h"
#include "pipeline/white_space.h"

namespace owt::trainer {

WikitextTask::WikitextTask(std::string_view text, const std::string& path, Detokenizer detokenizer,
                           const EncodeText& encode, int64_t stride)
    : stride_(stride) {
  if (!IsUtf8(text)) throw Error(ErrorKind::kInput, "the text is not UTF-8", path);
  const std::string_view stripped = StripWhiteSpace(text);
  words_ = static_cast<uint64_t>(std::count(stripped.begin(), stripped.end(), ' ')) + 1;
  ids_ = encode(Detokenize(detokenizer, text));
  if (words_ < 2 || ids_.size() < 2) {
    throw Error(ErrorKind::kInput, "there is nothing to predict: fewer than two words", path);
  }
}

void WikitextTask::Start(int64_t length) {
  if (stride_ > length) {
    throw Error(ErrorKind::kUsage,
                fmt::format("--overlapping-eval {} is more than the {} tokens of a window: some "
                            "would never be predicted",
                            stride_, length));
  }
  windows_.emplace(ids_, length, stride_);
}

double WikitextTask::Loss() const { return loss_sum_ / static_cast<double>(ids_.size() - 1); }

double WikitextTask::TokenRatio() const {
  return static_cast<double>(ids_.size() - 1) / static_cast<double>(words_ - 1);
}

std::string WikitextTask::Line() const {
  const double loss = Loss(), ratio = TokenRatio();
  std::string ratio_text = fmt::format("{}", ratio);  // as Python prints it
  if (ratio_text.find_first_of(".e") == std::string::npos) ratio_text += ".0";
  return fmt::format(
      " validation results on WIKITEXT103 | avg loss: {:.4E} | ppl: {:.4E} | adjusted ppl: {:.4E} "
      "| token ratio: {} |",
      loss, Perplexity(loss), Perplexity(loss * ratio), ratio_text);
}

nlohmann::ordered_json WikitextTask::Json() const {
  const double loss = Loss(), ratio = TokenRatio();
  return {{"task", "wikitext"},
          {"loss", loss},
          {"perplexity", Perplexity(loss)},
          {"adjusted_perplexity", Perplexity(loss * ratio)},
          {"token_ratio", ratio},
          {"tokens", ids_.size()},
          {"words", words_}};
}

std::string ReadWholeText(const std::string& path, uint64_t max_bytes) {
  const auto stream = formats::OpenInput(path);
  std::string text;
  size_t held = 0;
  while (true) {
    text.resize(held + (1 << 20));
    const size_t count = stream->Read(text.data() + held, text.size() - held);
    held += count;
    if (count == 0) break;
    if (held > max_bytes) {
      throw Error(ErrorKind::kInput,
                  fmt::format("the text has more than {} bytes; evaluate a part of it", max_bytes),
                  path);
    }
  }
  text.resize(held);
  return text;
}

}  // namespace owt::trainer
