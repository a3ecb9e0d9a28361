#include "formats/file_kind.h"

#include <algorithm>
#include <string_view>

#include "formats/indexed_dataset.h"
#include "formats/input_stream.h"
#include "pipeline/error.h"
#include "pipeline/output_file.h"

namespace owt::formats {
namespace {

constexpr size_t kProbeBytes = size_t{64} << 10;

// The beginning of the decoded file.
std::string ReadHead(const std::string& path) {
  const auto stream = OpenInput(path);
  std::string head(kProbeBytes, '\0');
  size_t size = 0;
  while (size < head.size()) {
    const size_t count = stream->Read(head.data() + size, head.size() - size);
    if (count == 0) break;
    size += count;
  }
  head.resize(size);
  return head;
}

// The first line that is not blank, without white space around it.
std::string_view FirstLine(std::string_view head) {
  const size_t begin = head.find_first_not_of(" \t\r\n");
  if (begin == head.npos) return {};
  std::string_view line = head.substr(begin);
  line = line.substr(0, line.find('\n'));
  while (line.ends_with('\r') || line.ends_with(' ')) line.remove_suffix(1);
  return line;
}

bool LooksLikeUrl(std::string_view line) {
  const size_t colon = line.find("://");
  if (colon == 0 || colon == line.npos) return false;
  return std::all_of(line.begin(), line.begin() + static_cast<ptrdiff_t>(colon), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '-' || c == '.';
  });
}

}  // namespace

const char* FileKindName(FileKind kind) {
  switch (kind) {
    case FileKind::kIndexedDataset:
      return "indexed dataset";
    case FileKind::kTokens:
      return "tokens";
    case FileKind::kManifest:
      return "manifest";
    case FileKind::kSideLines:
      return "records that left the road";
    case FileKind::kDocuments:
      return "documents (jsonl)";
    case FileKind::kUrlList:
      return "URL list";
    case FileKind::kUnknown:
      break;
  }
  return "unknown";
}

FileKind ProbeFileKind(const std::string& path) {
  if (path.ends_with(".ds") || path.ends_with(".ds.index")) return FileKind::kTokens;
  if (path.ends_with(".bin") && FileExists(path) &&
      !FileExists(IndexedDatasetPaths::Of(path).idx)) {
    return FileKind::kTokens;
  }
  if (path.ends_with(".bin") || path.ends_with(".idx") || path.ends_with(".provenance")) {
    return FileKind::kIndexedDataset;
  }
  const IndexedDatasetPaths pair = IndexedDatasetPaths::Of(path);
  if (!FileExists(path) && FileExists(pair.idx) && FileExists(pair.bin)) {
    return FileKind::kIndexedDataset;
  }
  if (path.ends_with(".manifest.json")) return FileKind::kManifest;
  const std::string head = ReadHead(path);
  const std::string_view line = FirstLine(head);
  if (line.empty()) throw Error(ErrorKind::kInput, "holds nothing", path);
  // A manifest is written over many lines, every record of jsonl on one.
  if (line == "{") return FileKind::kManifest;
  if (line.starts_with(R"({"stage":")") && line.find(R"("reason":")") != line.npos) {
    return FileKind::kSideLines;
  }
  if (line.starts_with('{')) return FileKind::kDocuments;
  return LooksLikeUrl(line) ? FileKind::kUrlList : FileKind::kUnknown;
}

}  // namespace owt::formats
