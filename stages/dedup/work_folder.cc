#include "stages/dedup/work_folder.h"

#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <exception>
#include <filesystem>
#include <utility>
#include <vector>

#include "pipeline/error.h"
#include "pipeline/fd.h"
#include "pipeline/manifest.h"
#include "pipeline/output_file.h"

namespace owt::dedup {
namespace {

constexpr uint64_t kMaxFingerprint = 4096;
constexpr std::string_view kLockName = "lock";

std::string FingerprintPath(const std::string& folder) { return folder + "fingerprint"; }

bool IsOf(const std::string& folder, const std::string& fingerprint) {
  const std::string path = FingerprintPath(folder);
  return FileExists(path) && ReadSmallFile(path, kMaxFingerprint) == fingerprint;
}

}  // namespace

// Standard output has no place of its own, and nothing to go on with.
std::string WorkFolder::Beside(const std::string& output) {
  if (output == "-") return fmt::format(".stdout.{}.owt-dedup/", getpid());
  const bool is_folder = output.ends_with('/');
  return FolderOf(output) + "." + NameOf(output) + (is_folder ? "" : ".") + "owt-dedup/";
}

WorkFolder::WorkFolder(const RunContext& context, std::string path)
    : context_(context), path_(std::move(path)), num_exceptions_(std::uncaught_exceptions()) {
  std::error_code error;
  std::filesystem::create_directories(path_, error);
  if (error) throw Error(ErrorKind::kOutput, "cannot make this folder: " + error.message(), path_);
  lock_ = Fd::OpenWrite(path_ + std::string(kLockName));
  if (flock(lock_.get(), LOCK_EX | LOCK_NB) != 0) {
    throw Error(ErrorKind::kOutput, "another run is at work in this folder; wait for its end",
                path_);
  }
  Begin();
}

void WorkFolder::Begin() const {
  const RunContext& context = context_;
  const std::string fingerprint = ResumeFingerprint(context);
  const bool goes_on = !context.common.force && IsOf(path_, fingerprint);
  if (goes_on) return;
  if (context.common.resume) {
    throw Error(ErrorKind::kUsage,
                "--resume: no interrupted run with these inputs and options is here; leave "
                "--resume out to start over",
                context.output);
  }
  RemoveFiles([](std::string_view name) { return name != kLockName; });
  WriteFileAtomically(FingerprintPath(path_), fingerprint);
}

WorkFolder::~WorkFolder() {
  const bool failed = std::uncaught_exceptions() > num_exceptions_;
  const bool may_go_on = context_.cancelled() && context_.output != "-";
  if (failed && !may_go_on) Remove(path_);
}

void WorkFolder::Remove(const std::string& path) {
  std::error_code ignored;  // what stays is hidden, and replaced by the next run
  std::filesystem::remove_all(path, ignored);
}

void WorkFolder::RemoveFiles(const std::function<bool(std::string_view name)>& is_one) const {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(path_)) {
    if (is_one(entry.path().filename().string())) files.push_back(entry.path());
  }
  for (const std::filesystem::path& file : files) std::filesystem::remove_all(file);
}

void WorkFolder::KeepForIndex() const {
  RemoveFiles([](std::string_view name) {
    return name.starts_with('.') || name.ends_with(".done") || name.ends_with(".sample") ||
           name.ends_with(".quarantine.jsonl") || name == kLockName;
  });
}

bool WorkFolder::IsDone(std::string_view step) const {
  return FileExists(fmt::format("{}{}.done", path_, step));
}

void WorkFolder::SetDone(std::string_view step) const {
  WriteFileAtomically(fmt::format("{}{}.done", path_, step), "");
}

RunContext PassContext(const RunContext& context, const WorkFolder& folder, std::string_view name) {
  RunContext pass = context;
  pass.output = fmt::format("{}{}", folder.path(), name);
  pass.common.quarantine = pass.output + ".quarantine.jsonl";
  pass.common.dropped.clear();
  pass.common.shard = "0/1";
  pass.common.resume = false;
  return pass;
}

}  // namespace owt::dedup
