#include "stages/why/find_record.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "formats/document_map.h"
#include "formats/line_source.h"
#include "pipeline/json.h"
#include "pipeline/output_file.h"
#include "pipeline/paths.h"

namespace owt::why {
namespace {

using Json = nlohmann::json;

bool IsValue(const Json& json, std::string_view value) {
  if (json.is_string()) return json.get_ref<const std::string&>() == value;
  return json.is_number() && JsonText(json) == value;
}

// The longest run of characters that every JSON writer leaves as they are.
std::string_view NeverEscaped(std::string_view value) {
  std::string_view longest;
  for (size_t begin = 0, end; begin < value.size(); begin = end + 1) {
    end = begin;
    while (end < value.size() && (std::isalnum(static_cast<unsigned char>(value[end])) != 0 ||
                                  value[end] == '.' || value[end] == '-' || value[end] == '_')) {
      ++end;
    }
    if (end - begin > longest.size()) longest = value.substr(begin, end - begin);
  }
  return longest;
}

// Calls on_line(begin, end) for the lines that hold `needle`, until it says true.
template <class OnLine>
bool AnyLineWith(std::string_view needle, std::string_view bytes, OnLine on_line) {
  for (size_t at = bytes.find(needle); at != bytes.npos; at = bytes.find(needle, at)) {
    const size_t before = at == 0 ? bytes.npos : bytes.rfind('\n', at - 1);
    const size_t begin = before == bytes.npos ? 0 : before + 1;
    const size_t end = std::min(bytes.find('\n', at), bytes.size());
    if (on_line(begin, end)) return true;
    if (end == bytes.size()) break;
    at = end + 1;
  }
  return false;
}

}  // namespace

bool Query::Means(std::string_view line) const {
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (!line.starts_with('{')) return line.substr(0, line.find('\t')) == value;
  const Json json = ParseJsonOrDiscard(line);
  if (!json.is_object()) return false;
  const auto found = json.find(field);
  return found != json.end() && IsValue(*found, value);
}

bool Query::MeansRecordOf(std::string_view side_line) const {
  const Json json = ParseJsonOrDiscard(side_line);
  if (!json.is_object() || !json.contains("record") || !json["record"].is_string()) return false;
  return Means(json["record"].get_ref<const std::string&>());
}

std::string ReasonOf(std::string_view side_line) {
  const Json json = ParseJsonOrDiscard(side_line);
  return fmt::format("{} ({}, byte {})", json.value("reason", "?"), json.value("file", "?"),
                     json.value("offset", uint64_t{0}));
}

std::optional<FoundRecord> FindRecord(const std::vector<std::string>& paths, const Query& query,
                                      Matches matches, RunContext& context) {
  const std::string_view needle = NeverEscaped(query.value);
  for (const std::string& path : paths) {
    if (!FileExists(path)) continue;
    context.inputs = ExpandInputs({path});
    formats::LineSource source(context);
    Batch batch;
    while (source.Next(&batch)) {
      const std::string_view bytes = batch.bytes.view();
      FoundRecord found;
      const bool here = AnyLineWith(needle, bytes, [&](size_t begin, size_t end) {
        const std::string_view line = bytes.substr(begin, end - begin);
        if (!(query.*matches)(line)) return false;
        found = {path, batch.OffsetOf(begin), std::string(line)};
        return true;
      });
      if (here) return found;
    }
  }
  return std::nullopt;
}

}  // namespace owt::why
