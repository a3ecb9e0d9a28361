#pragma once

#include <span>

#include "pipeline/stage.h"

namespace owt {

// The model commands, with GPT-2's encoder handed to those that take text: this is the one place
// that sees both the trainer and the stages.
std::span<const StageEntry> ModelTable();

}  // namespace owt
