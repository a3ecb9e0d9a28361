#include "stages/dedup/document_id.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "formats/json_text.h"
#include "stages/dedup/line_fields.h"

namespace owt::dedup {
namespace {

bool IsNumber(std::string_view json) {
  return !json.empty() && (json[0] == '-' || (json[0] >= '0' && json[0] <= '9'));
}

// The field's value: a text without its escapes, or a number as it stands.
std::string_view FieldValue(std::string_view json, std::string* value) {
  if (json == "null") return "no_id";
  if (IsNumber(json)) {
    value->assign(json);
    return {};
  }
  if (json[0] != '"') return "bad_id";
  return AppendUnescaped(json.substr(1, json.size() - 2), value).empty() ? "" : "bad_id";
}

}  // namespace

std::string_view DocumentId(const IdRule& rule, const Document& document, uint64_t record,
                            std::string* id) {
  id->clear();
  if (!rule.prefix.empty()) {
    *id = fmt::format("{}{:012}", rule.prefix, record);
    return {};
  }
  if (rule.key.empty()) {
    id->assign(document.url());
  } else {
    const std::optional<std::string_view> json = document.Json(rule.key);
    if (!json.has_value()) return "no_id";
    const std::string_view reason = FieldValue(*json, id);
    if (!reason.empty()) return reason;
  }
  if (id->empty()) return "no_id";
  return IsLineField(*id) ? "" : "bad_id";
}

}  // namespace owt::dedup
