#include "stages/merge/merge.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "formats/document.h"
#include "formats/document_map.h"
#include "pipeline/fd.h"
#include "pipeline/json_string.h"
#include "pipeline/output_file.h"
#include "pipeline/paths.h"
#include "pipeline/utf8.h"

namespace owt::stages::merge {
namespace {

using formats::RecordKind;

// The name without a suffix of compression.
std::string_view PlainName(std::string_view path) {
  for (const std::string_view suffix : {".gz", ".bz2", ".xz", ".zst"}) {
    if (path.ends_with(suffix)) return path.substr(0, path.size() - suffix.size());
  }
  return path;
}

bool HasJsonName(std::string_view path) {
  const std::string_view name = PlainName(path);
  return name.ends_with(".json") || name.ends_with(".jsonl") || name.ends_with(".ndjson");
}

// `path` with the last folder called `from` called `to`, and another suffix; empty where there is
// no such folder or the suffix differs.
std::string Counterpart(const std::string& path, std::string_view from, std::string_view to,
                        std::string_view old_suffix, std::string_view new_suffix) {
  const size_t folder = path.rfind(from);
  const bool at_start = folder == 0 || (folder != std::string::npos && path[folder - 1] == '/');
  if (!at_start || !path.ends_with(old_suffix)) return {};
  return fmt::format(
      "{}{}{}{}", path.substr(0, folder), to,
      path.substr(folder + from.size(), path.size() - folder - from.size() - old_suffix.size()),
      new_suffix);
}

// The address in a description; empty where it cannot be had: the text is worth keeping anyway.
std::string ReadDescribedUrl(const std::string& path) {
  constexpr size_t kMaxBytes = size_t{1} << 16;
  Buffer bytes;
  bytes.Reserve(kMaxBytes);
  Fd file = Fd::OpenRead(path);
  bytes.Resize(file.Read(bytes.data(), kMaxBytes));
  DocumentParser parser({"url", {}});
  Document description;
  return parser.Parse(bytes.view(), &description).empty() ? std::string(description.text())
                                                          : std::string();
}

std::string_view TrimEnd(std::string_view text) {
  const size_t last = text.find_last_not_of("\r\n");
  return text.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

bool IsBlank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n\f\v") == std::string_view::npos;
}

}  // namespace

std::string DescriptionPath(const std::string& path) {
  return Counterpart(path, "data/", "meta/", ".txt", ".json");
}

std::vector<std::string> WithDescriptions(std::vector<std::string> paths) {
  const std::vector<std::string> typed = paths;
  std::unordered_set<std::string> known;
  for (const InputRecord& input : ExpandInputs(typed)) known.insert(input.path);
  const std::vector<std::string> texts(known.begin(), known.end());
  for (const std::string& text : texts) {
    std::string description = DescriptionPath(text);
    if (description.empty() || known.contains(description) || !FileExists(description)) continue;
    paths.push_back(std::move(description));
  }
  std::sort(paths.begin() + static_cast<std::ptrdiff_t>(typed.size()), paths.end());
  return paths;
}

RecordKind KindOf(const std::string& path, std::string_view first, bool per_line) {
  const std::string text_path = Counterpart(path, "meta/", "data/", ".json", ".txt");
  if (!text_path.empty() && FileExists(text_path)) return RecordKind::kNone;
  if (HasJsonName(path)) return RecordKind::kLines;
  if (per_line) return RecordKind::kLines;
  if (PlainName(path).ends_with(".txt")) return RecordKind::kFile;
  const size_t begin = first.find_first_not_of(" \t\r\n");
  const bool braces = begin != std::string_view::npos && first[begin] == '{';
  return braces ? RecordKind::kLines : RecordKind::kFile;
}

void MergeTransform::AddText(std::string_view text, std::string_view url, size_t begin, size_t end,
                             BatchResult* result) const {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  ++result->tally.in;
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  text = TrimEnd(text);
  if (FindInvalidUtf8(text) != std::string_view::npos) {
    return result->Quarantine(begin, end, "invalid_utf8");
  }
  if (text.find('\0') != std::string_view::npos) {
    return result->Quarantine(begin, end, "nul_in_text");
  }
  if (IsBlank(text)) return result->Drop(begin, end, "empty_text");
  ++result->tally.out;
  ++result->tally.changed;
  std::string& out = result->bytes;
  out.push_back('{');
  AppendJsonString(context_.common.text_key, &out);
  out.append(": ");
  AppendJsonString(text, &out);
  out.append(", ");
  AppendJsonString(context_.common.url_key, &out);
  out.append(": ");
  AppendJsonString(ReplaceInvalidUtf8(url), &out);
  out.append("}\n");
}

void MergeTransform::AddFile(const Batch& batch, const std::string& path,
                             BatchResult* result) const {
  if (!batch.bad.empty()) return;  // the source refused it
  const std::string description = DescriptionPath(path);
  std::string url;
  if (!description.empty() && FileExists(description)) url = ReadDescribedUrl(description);
  AddText(batch.bytes.view(), url.empty() ? path : url, 0, batch.bytes.size(), result);
}

void MergeTransform::AddJsonLines(const Batch& batch, BatchResult* result) const {
  DocumentParser parser({context_.common.text_key, context_.common.url_key});
  Document document;
  const std::string_view bytes = batch.bytes.view();
  formats::ForEachLine(bytes, [&](size_t begin, size_t end) {
    ++result->tally.in;
    const std::string_view reason = parser.Parse(bytes.substr(begin, end - begin), &document);
    if (!reason.empty()) return result->Quarantine(begin, end, reason);
    ++result->tally.out;
    document.AppendLine(&result->bytes);
  });
}

void MergeTransform::AddTextLines(const Batch& batch, const std::string& path,
                                  BatchResult* result) const {
  const std::string_view bytes = batch.bytes.view();
  formats::ForEachLine(bytes, [&](size_t begin, size_t end) {
    const std::string url = fmt::format("{}#{}", path, batch.OffsetOf(begin));
    AddText(bytes.substr(begin, end - begin), url, begin, end, result);
  });
}

void MergeTransform::Apply(const Batch& batch, BatchResult* result) const {
  const std::string& path = context_.inputs[batch.begin.file].path;
  if (source_.kind(batch.begin.file) == RecordKind::kFile) {
    AddFile(batch, path, result);
  } else if (per_line_ && !HasJsonName(path)) {
    AddTextLines(batch, path, result);
  } else {
    AddJsonLines(batch, result);
  }
}

}  // namespace owt::stages::merge
