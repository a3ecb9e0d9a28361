#include "trainer/checkpoint/foreign_path.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "pipeline/error.h"
#include "pipeline/output_file.h"
#include "trainer/checkpoint/folder.h"

namespace owt::trainer {
namespace {

namespace fs = std::filesystem;

constexpr const char* kMegatronFile = "model_optim_rng.pt";
constexpr uint64_t kMaxTracker = 64;

std::optional<std::string> FileIn(const fs::path& folder, const char* name) {
  const std::string file = (folder / name).string();
  if (!FileExists(file)) return std::nullopt;
  return file;
}

// The file of the only rank of an iteration.
std::optional<std::string> FindRank(const fs::path& iteration) {
  std::error_code ignored;
  for (const char* rank : {"mp_rank_00", "mp_rank_00_000"}) {
    const auto file = FileIn(iteration / rank, kMegatronFile);
    if (!file) continue;
    for (const char* other : {"mp_rank_01", "mp_rank_00_001", "mp_rank_01_000"}) {
      if (!fs::is_directory(iteration / other, ignored)) continue;
      throw Error(ErrorKind::kInput,
                  "a model in several parts; let Megatron-LM's tools/checkpoint/convert.py write "
                  "it with --target-tensor-parallel-size 1 --target-pipeline-parallel-size 1",
                  iteration.string());
    }
    return file;
  }
  return std::nullopt;
}

// The folder that Megatron-LM's tracker names: "release", or the iteration of that number. Nothing
// else in it ever becomes a path.
std::optional<fs::path> FindTracked(const fs::path& save) {
  const std::string tracker = (save / kLatestFile).string();
  if (!FileExists(tracker)) return std::nullopt;
  std::string text = ReadSmallFile(tracker, kMaxTracker);
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  if (text == "release") return save / text;
  const bool is_number =
      !text.empty() && text.size() < 10 &&
      std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!is_number) return std::nullopt;
  return save / fmt::format("iter_{:0>7}", text);
}

}  // namespace

std::optional<std::string> FindForeignModel(const std::string& path) {
  std::error_code ignored;
  if (!fs::is_directory(path, ignored)) {
    if (fs::exists(path, ignored)) return path;
    return std::nullopt;
  }
  if (const auto file = FileIn(path, kMegatronFile)) return file;
  if (const auto file = FindRank(path)) return file;
  if (const auto tracked = FindTracked(path)) {
    if (const auto file = FindRank(*tracked)) return file;
  }
  return FileIn(path, kTorchModelFile);
}

}  // namespace owt::trainer
