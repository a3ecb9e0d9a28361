#include "trainer/checkpoint/folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <sstream>

#include "pipeline/error.h"
#include "pipeline/fd.h"
#include "pipeline/hash.h"
#include "pipeline/output_file.h"
#include "trainer/checkpoint/foreign_path.h"

namespace owt::trainer {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "iter_";
const std::string kRemoving = ".removing-";
constexpr uint64_t kMaxChecksumsBytes = 1 << 16;

std::string Join(const std::string& folder, const std::string& name) {
  return (fs::path(folder) / name).string();
}

void Check(const std::error_code& error, const char* what, const std::string& path) {
  if (error) {
    throw Error(ErrorKind::kOutput, fmt::format("cannot {}: {}", what, error.message()), path,
                Error::kNoPosition);
  }
}

// The number of a folder named iter_NNNNNNN; nothing for other names.
std::optional<int64_t> IterationOf(const std::string& name) {
  if (!name.starts_with(kPrefix)) return std::nullopt;
  const char* begin = name.data() + kPrefix.size();
  const char* end = name.data() + name.size();
  int64_t iteration = 0;
  const auto [stop, error] = std::from_chars(begin, end, iteration);
  if (error != std::errc{} || stop != end || iteration < 0) return std::nullopt;
  return iteration;
}

// The names of all checkpoints.
std::vector<std::string> NewestFirst(const std::string& save) {
  std::vector<std::pair<int64_t, std::string>> checkpoints;
  std::error_code error;
  for (fs::directory_iterator it(save, error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (const auto iteration = IterationOf(name)) checkpoints.emplace_back(*iteration, name);
  }
  std::sort(checkpoints.rbegin(), checkpoints.rend());
  std::vector<std::string> names;
  for (auto& [iteration, name] : checkpoints) names.push_back(std::move(name));
  return names;
}

bool IsCheckpointFile(const std::string& name) {
  return name == kModelFile || name == kOptimizerFile || name == kConfigFile ||
         std::find(std::begin(kTokenizerFiles), std::end(kTokenizerFiles), name) !=
             std::end(kTokenizerFiles);
}

uint64_t HashFile(const std::string& path, uint64_t* bytes) {
  Fd file = Fd::OpenRead(path);
  StreamHash hash;
  std::string buffer(1 << 20, '\0');
  *bytes = 0;
  while (const size_t got = file.Read(buffer.data(), buffer.size())) {
    hash.Update(std::string_view(buffer).substr(0, got));
    *bytes += got;
  }
  return hash.digest();
}

}  // namespace

std::string PublishCheckpoint(
    const std::string& save, int64_t iteration,
    const std::function<std::vector<CheckpointFile>(const std::string& folder)>& write) {
  const std::string name = fmt::format("{}{:07d}", kPrefix, iteration);
  const std::string partial = Join(save, ".saving-" + name), final_path = Join(save, name);
  std::error_code error;
  fs::create_directories(save, error);
  Check(error, "make this folder", save);
  fs::remove_all(partial, error);  // of a run that was killed
  fs::create_directory(partial, error);
  Check(error, "make this folder", partial);
  std::string checksums;
  for (const CheckpointFile& file : write(partial)) {
    checksums += fmt::format("{} {} {}\n", HexText(file.xxh3), file.bytes, file.name);
  }
  WriteFileAtomically(Join(partial, kChecksumsFile), checksums);

  const std::string replaced = Join(save, ".replaced-" + name);
  fs::remove_all(replaced, error);
  if (fs::exists(final_path)) {
    fs::rename(final_path, replaced, error);
    Check(error, "replace this checkpoint", final_path);
  }
  fs::rename(partial, final_path, error);
  Check(error, "rename the finished checkpoint", partial);
  SyncFolderOf(final_path);
  WriteFileAtomically(Join(save, kLatestFile), fmt::format("{}\n", iteration));
  fs::remove_all(replaced, error);
  return final_path;
}

std::optional<std::string> FindDamage(const std::string& checkpoint) {
  const std::string list = Join(checkpoint, kChecksumsFile);
  if (!FileExists(list)) return "it has no checksums.txt";
  std::istringstream lines(ReadSmallFile(list, kMaxChecksumsBytes));
  std::string hash, name;
  uint64_t bytes = 0;
  bool has_model = false;
  while (lines >> hash >> bytes >> name) {
    // Names come from a file: only those that we write are looked at.
    if (!IsCheckpointFile(name)) {
      return fmt::format("checksums.txt names the unknown file '{}'", name);
    }
    const std::string path = Join(checkpoint, name);
    if (!FileExists(path)) return fmt::format("{} is missing", name);
    uint64_t found_bytes = 0;
    if (HexText(HashFile(path, &found_bytes)) != hash || found_bytes != bytes) {
      return fmt::format("{} does not match its checksum", name);
    }
    has_model |= name == kModelFile;
  }
  if (!has_model) return "checksums.txt is damaged";
  return std::nullopt;
}

FoundCheckpoint FindCheckpoint(const std::string& save, int64_t last) {
  FoundCheckpoint found;
  for (const std::string& name : NewestFirst(save)) {
    if (*IterationOf(name) > last) continue;
    const std::string path = Join(save, name);
    const auto damage = FindDamage(path);
    if (!damage) {
      found.path = path;
      break;
    }
    found.damaged.push_back(fmt::format("{}: {}", path, *damage));
  }
  return found;
}

void RemoveOldCheckpoints(const std::string& save, int64_t keep) {
  std::error_code error;
  const std::vector<std::string> names = NewestFirst(save);
  const auto kept = std::min(names.size(), static_cast<size_t>(std::max<int64_t>(keep, 1)));
  for (size_t i = kept; i < names.size(); ++i) {
    const std::string path = Join(save, names[i]);
    fs::rename(path, Join(save, kRemoving + names[i]), error);
    Check(error, "remove this checkpoint", path);
  }
  std::vector<std::string> removed;
  for (fs::directory_iterator it(save, error), end; !error && it != end; it.increment(error)) {
    if (it->path().filename().string().starts_with(kRemoving)) removed.push_back(it->path());
  }
  for (const std::string& path : removed) {
    fs::remove_all(path, error);
    Check(error, "remove this checkpoint", path);
  }
}

std::string ResolveCheckpoint(const std::string& path) {
  if (fs::path(path).filename() == kModelFile && FileExists(path)) {
    return ResolveCheckpoint(fs::absolute(path).parent_path().string());
  }
  if (FileExists(Join(path, kModelFile))) {
    // A model from elsewhere has no checksums; ours must match them.
    if (FileExists(Join(path, kChecksumsFile))) {
      if (const auto damage = FindDamage(path)) throw Error(ErrorKind::kInput, *damage, path);
    }
    return path;
  }
  if (const auto foreign = FindForeignModel(path)) return *foreign;
  const FoundCheckpoint found = FindCheckpoint(path);
  if (!found.path.empty()) return found.path;
  throw Error(
      ErrorKind::kInput,
      found.damaged.empty()
          ? "no checkpoint: neither iter_* folders nor a model.safetensors, which owt train "
            "--save makes, nor a model of nanoGPT, Megatron-LM or llm.c (docs/formats.md)"
          : fmt::format("no whole checkpoint; {}", found.damaged.front()),
      path);
}

}  // namespace owt::trainer
