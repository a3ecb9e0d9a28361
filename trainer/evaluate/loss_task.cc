#include "trainer/evaluate/loss_task.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numbers>

#include "pipeline/error.h"

namespace owt::trainer {

void LossTask::Take(const RowScore& score) {
  loss_sum_ -= score.log_probability;
  tokens_ += score.num_scored;
}

double LossTask::Loss() const {
  if (tokens_ == 0) {
    throw Error(ErrorKind::kInput, "there is nothing to predict: fewer than two tokens");
  }
  return loss_sum_ / static_cast<double>(tokens_);
}

double LossTask::BitsPerByte() const {
  return loss_sum_ / std::numbers::ln2 / static_cast<double>(std::max<uint64_t>(*num_bytes_, 1));
}

// Megatron-LM's names.
std::string LossTask::Line() const {
  const double loss = Loss();
  std::string line = fmt::format("lm loss value: {:.6E} | lm loss PPL: {:.6E} | tokens: {}", loss,
                                 Perplexity(loss), tokens_);
  if (num_bytes_ != nullptr) line += fmt::format(" | bits per byte: {:.4f}", BitsPerByte());
  return line;
}

nlohmann::ordered_json LossTask::Json() const {
  const double loss = Loss();
  nlohmann::ordered_json json = {
      {"task", "loss"}, {"loss", loss}, {"perplexity", Perplexity(loss)}, {"tokens", tokens_}};
  if (num_bytes_ != nullptr) json["bits_per_byte"] = BitsPerByte();
  return json;
}

}  // namespace owt::trainer
