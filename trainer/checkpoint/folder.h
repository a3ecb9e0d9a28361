#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace owt::trainer {

// A folder of checkpoints, as Megatron-LM names them:
//
//   SAVE/latest_checkpointed_iteration.txt   the newest whole checkpoint's number, written last
//   SAVE/iter_0005000/model.safetensors      parameters, under Hugging Face's names and shapes
//                     config.json            their sizes, as Hugging Face reads them
//                     optimizer.safetensors  AdamW's state, position in the data, random state
//                     tokenizer.json, ...    the tokenizer, where it is known
//                     checksums.txt          "XXH3 BYTES NAME" for each of the files above
//
// iter_* exists only when it is complete: it is written as .saving-iter_* and renamed.

inline constexpr const char* kModelFile = "model.safetensors";
inline constexpr const char* kOptimizerFile = "optimizer.safetensors";
inline constexpr const char* kConfigFile = "config.json";
inline constexpr const char* kChecksumsFile = "checksums.txt";
inline constexpr const char* kLatestFile = "latest_checkpointed_iteration.txt";
// What a tokenizer is in a folder that Hugging Face's AutoTokenizer loads.
inline constexpr const char* kTokenizerFiles[] = {"tokenizer.json", "tokenizer_config.json",
                                                  "vocab.json", "merges.txt"};
// Where Hugging Face kept a model before safetensors.
inline constexpr const char* kTorchModelFile = "pytorch_model.bin";

// A file that was written into a checkpoint.
struct CheckpointFile {
  std::string name;
  uint64_t bytes = 0;
  uint64_t xxh3 = 0;
};

// Runs `write` with the path of a fresh folder, in which it creates the files that it returns; then
// adds the checksums, makes all of it durable and puts it under its final name, replacing an older
// checkpoint of that iteration. Returns the path. Throws Error{kOutput}; nothing is published then.
std::string PublishCheckpoint(
    const std::string& save, int64_t iteration,
    const std::function<std::vector<CheckpointFile>(const std::string& folder)>& write);

// Removes all but the `keep` newest checkpoints of `save` (at least one stays). One that is being
// removed is .removing-iter_* until it is gone; those that an earlier run left are removed, too.
// Throws Error{kOutput}.
void RemoveOldCheckpoints(const std::string& save, int64_t keep);

// Why a checkpoint folder is not whole, from its checksums (reads every byte); nothing if it is.
std::optional<std::string> FindDamage(const std::string& checkpoint);

struct FoundCheckpoint {
  std::string path;                  // empty: there is none
  std::vector<std::string> damaged;  // newer ones that were passed over, "PATH: reason"
};

// The newest whole checkpoint of `save`, which need not exist; of those up to iteration `last`.
FoundCheckpoint FindCheckpoint(const std::string& save,
                               int64_t last = std::numeric_limits<int64_t>::max());

// What a user names as a checkpoint: a save folder (its newest whole checkpoint), a folder with a
// model.safetensors of its own (or that file), or another program's model (foreign_path.h). Returns
// what OpenStoredModel takes. Throws Error{kInput} if it is neither or nothing in it is whole.
std::string ResolveCheckpoint(const std::string& path);

}  // namespace owt::trainer
