#pragma once

#include <span>

#include "pipeline/stage.h"

namespace owt::stages {

// The data stages and the commands around them, in the order of the road.
std::span<const StageEntry> Table();

}  // namespace owt::stages
