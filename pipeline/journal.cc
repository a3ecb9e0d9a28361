#include "pipeline/journal.h"

#include <fmt/format.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "pipeline/error.h"
#include "pipeline/hash.h"
#include "pipeline/json.h"
#include "pipeline/output_file.h"

namespace owt {
namespace {

constexpr uint64_t kMaxJournalBytes = uint64_t{256} << 20;

std::string Sealed(const std::string& text) {
  return fmt::format("{}\t{}\n", text, HexText(Hash64(text)));
}

// The text of a sealed line, or nothing if it is not whole.
std::optional<std::string> Unsealed(std::string_view line) {
  const size_t tab = line.rfind('\t');
  if (tab == std::string_view::npos) return std::nullopt;
  const std::string_view text = line.substr(0, tab);
  if (line.substr(tab + 1) != HexText(Hash64(text))) return std::nullopt;
  return std::string(text);
}

std::string HeaderText(const std::string& fingerprint) {
  return JsonText(nlohmann::ordered_json{{"owt", OWT_VERSION}, {"fingerprint", fingerprint}});
}

std::string EntryText(const Journal::Entry& entry) {
  nlohmann::ordered_json json;
  json["file"] = entry.position.file;
  json["offset"] = entry.position.offset;
  json["record"] = entry.position.record;
  json["sink"] = entry.sink;
  json["tally"] = TallyJson(entry.tally);
  json["quarantine_bytes"] = entry.quarantine_bytes;
  json["dropped_bytes"] = entry.dropped_bytes;
  json["file_hashes"] = entry.file_hashes;
  return JsonText(json);
}

Journal::Entry ParseEntry(const std::string& text) {
  const auto json = ParseJson(text);
  Journal::Entry entry;
  entry.position = {json.at("file"), json.at("offset"), json.at("record")};
  entry.sink = json.at("sink");
  entry.tally = ParseTally(json.at("tally"));
  entry.quarantine_bytes = json.at("quarantine_bytes");
  entry.dropped_bytes = json.at("dropped_bytes");
  entry.file_hashes = json.at("file_hashes");
  return entry;
}

// The whole lines of a journal, up to the first that is not sealed.
std::vector<std::string> WholeLines(const std::string& content, size_t* whole_bytes) {
  std::vector<std::string> lines;
  size_t begin = 0;
  for (size_t end; (end = content.find('\n', begin)) != std::string::npos; begin = end + 1) {
    auto text = Unsealed(std::string_view(content).substr(begin, end - begin));
    if (!text.has_value()) break;
    lines.push_back(std::move(*text));
  }
  *whole_bytes = begin;
  return lines;
}

}  // namespace

std::string Journal::PathFor(const std::string& output) {
  if (output == "-" || output.empty()) return {};
  return FolderOf(output) + "." + NameOf(output) + (output.ends_with('/') ? "" : ".") +
         "owt-journal";
}

Journal::Journal(const std::string& output, std::string fingerprint)
    : path_(PathFor(output)), fingerprint_(std::move(fingerprint)) {}

std::optional<Journal::Entry> Journal::Load() const {
  if (!enabled() || !FileExists(path_)) return std::nullopt;
  size_t whole_bytes = 0;
  const auto lines = WholeLines(ReadSmallFile(path_, kMaxJournalBytes), &whole_bytes);
  if (lines.size() < 2 || lines[0] != HeaderText(fingerprint_)) return std::nullopt;
  return ParseEntry(lines.back());
}

void Journal::Begin() {
  if (!enabled() || fd_.valid()) return;
  size_t whole_bytes = 0;
  if (FileExists(path_)) {
    const auto lines = WholeLines(ReadSmallFile(path_, kMaxJournalBytes), &whole_bytes);
    if (lines.empty() || lines[0] != HeaderText(fingerprint_)) whole_bytes = 0;
  }
  fd_ = Fd::OpenWrite(path_);
  fd_.Truncate(whole_bytes);
  fd_.SeekTo(whole_bytes);
  if (whole_bytes == 0) fd_.Write(Sealed(HeaderText(fingerprint_)));
  fd_.SyncData();
  SyncFolderOf(path_);
}

void Journal::Append(const Entry& entry) {
  Begin();
  fd_.Write(Sealed(EntryText(entry)));
  fd_.SyncData();
}

void Journal::Clear() {
  if (!enabled()) return;
  Begin();
  fd_.Truncate(0);
  fd_.SeekTo(0);
  fd_.Write(Sealed(HeaderText(fingerprint_)));
}

void Journal::Remove() {
  if (!enabled()) return;
  fd_.Close();
  unlink(path_.c_str());
}

}  // namespace owt
