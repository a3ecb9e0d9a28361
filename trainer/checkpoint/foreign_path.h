#pragma once

#include <optional>
#include <string>

namespace owt::trainer {

// The file of another program's model that a user means by `path`: a file by itself, a folder that
// Megatron-LM saved to (by its latest_checkpointed_iteration.txt), one iter_* or release folder or
// mp_rank_00 of it, or a folder with pytorch_model.bin. Nothing where it is none of these. Throws
// Error{kInput} for a model of Megatron-LM in several parts.
std::optional<std::string> FindForeignModel(const std::string& path);

}  // namespace owt::trainer
