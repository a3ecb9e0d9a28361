#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "trainer/config.h"

namespace owt::trainer {

// Where the parameters of a run come from.
struct Origin {
  std::string checkpoint;        // what OpenStoredModel takes; empty: random parameters
  bool is_saved = false;         // one of config.save
  bool parameters_only = false;  // optimizer, schedule and data begin anew
};

// The newest whole checkpoint of config.save; where there is none, what config.load names; else
// nothing. Damaged checkpoints that it passes over go to `log`. Throws Error: kInput where all of
// config.save are damaged or config.load is nothing that can be read, kUsage where config.load
// holds parameters only and config.finetune does not ask for that.
Origin FindOrigin(const TrainConfig& config, const std::function<void(std::string_view line)>& log);

// Where config->load is given, the model's sizes, dropout apart, become those of the origin, and
// the tokenizer, if none is named, too. Else throws Error{kUsage} if the origin has other sizes.
void TakeModel(const Origin& origin, TrainConfig* config);

}  // namespace owt::trainer
