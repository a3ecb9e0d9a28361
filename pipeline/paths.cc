#include "pipeline/paths.h"

#include <fmt/format.h>
#include <glob.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

#include "pipeline/error.h"
#include "pipeline/fd.h"
#include "pipeline/output_file.h"

namespace owt {
namespace {

namespace fs = std::filesystem;

bool EndsWith(std::string_view text, std::string_view suffix) { return text.ends_with(suffix); }

bool IsOurSideFile(const std::string& name) {
  return EndsWith(name, ".manifest.json") || EndsWith(name, ".quarantine.jsonl") ||
         EndsWith(name, ".dropped.jsonl");
}

InputRecord Describe(const std::string& path) {
  struct stat status;
  if (stat(path.c_str(), &status) != 0) ThrowErrno(ErrorKind::kInput, "cannot find input", path);
  InputRecord record;
  record.path = path;
  record.bytes = S_ISREG(status.st_mode) ? static_cast<uint64_t>(status.st_size) : 0;
  record.mtime_ns = status.st_mtim.tv_sec * int64_t{1000000000} + status.st_mtim.tv_nsec;
  return record;
}

std::vector<std::string> FilesBelow(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code error;
  fs::recursive_directory_iterator entry(folder, error), end;
  for (; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (name.starts_with('.')) {
      if (EndsWith(name, ".owt-journal") || EndsWith(name, ".owt-partial")) {
        throw Error(ErrorKind::kInput,
                    "an unfinished run was writing here; run its command again first",
                    entry->path().string());
      }
      if (entry->is_directory()) entry.disable_recursion_pending();
      continue;
    }
    if (entry->is_regular_file() && !IsOurSideFile(name)) files.push_back(entry->path().string());
  }
  if (error) throw Error(ErrorKind::kInput, "cannot list: " + error.message(), folder);
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<std::string> Matches(const std::string& pattern) {
  glob_t found;
  std::vector<std::string> files;
  if (glob(pattern.c_str(), GLOB_NOSORT, nullptr, &found) == 0) {
    files.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  }
  globfree(&found);
  std::sort(files.begin(), files.end());
  return files;
}

void AppendPath(const std::string& path, std::vector<InputRecord>* out) {
  if (path == "-") {
    InputRecord record;
    record.path = path;
    out->push_back(record);
  } else if (fs::is_directory(path)) {
    const auto files = FilesBelow(path);
    if (files.empty()) throw Error(ErrorKind::kInput, "the folder holds no files", path);
    for (const std::string& file : files) out->push_back(Describe(file));
  } else if (!FileExists(path) && path.find_first_of("*?[") != std::string::npos) {
    const auto files = Matches(path);
    if (files.empty()) throw Error(ErrorKind::kInput, "the pattern matches no file", path);
    for (const std::string& file : files) AppendPath(file, out);
  } else {
    out->push_back(Describe(path));
  }
}

}  // namespace

std::vector<InputRecord> ExpandInputs(const std::vector<std::string>& paths) {
  std::vector<InputRecord> inputs;
  for (const std::string& path : paths) AppendPath(path, &inputs);
  return inputs;
}

std::string NameBeside(const std::string& input, std::string_view stage) {
  std::string path = input;
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  const std::string folder = FolderOf(path);
  std::string stem = NameOf(path);
  std::string packing;
  for (const std::string_view suffix : {".gz", ".bz2", ".xz", ".zst"}) {
    if (EndsWith(stem, suffix)) {
      packing = suffix;
      stem.resize(stem.size() - suffix.size());
      break;
    }
  }
  const size_t dot = stem.rfind('.');
  if (dot == std::string::npos || dot == 0)
    return fmt::format("{}{}.{}{}", folder, stem, stage, packing);
  return fmt::format("{}{}.{}{}{}", folder, stem.substr(0, dot), stage, stem.substr(dot), packing);
}

std::string_view PrefixOf(std::string_view output) {
  for (const std::string_view suffix : {".gz", ".bz2", ".xz", ".zst", ".json", ".jsonl"}) {
    if (output.ends_with(suffix)) output.remove_suffix(suffix.size());
  }
  return output;
}

}  // namespace owt
