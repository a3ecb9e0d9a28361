// One record is parsed with simdjson's On-Demand API: one pass that finds structure and checks
// UTF-8, then a walk over the top-level fields only. A text without escapes is a view into the
// batch.
#include "formats/document.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <cmath>

#include "formats/json_text.h"
#include "pipeline/buffer.h"
#include "pipeline/json_string.h"

namespace owt {
namespace {

namespace od = simdjson::ondemand;

static_assert(Buffer::kPadding >= simdjson::SIMDJSON_PADDING);

std::string_view Trimmed(std::string_view json) {
  while (!json.empty() && (json.back() == ' ' || json.back() == '\t' || json.back() == '\r' ||
                           json.back() == '\n')) {
    json.remove_suffix(1);
  }
  return json;
}

std::string_view ReasonOf(simdjson::error_code error) {
  switch (error) {
    case simdjson::UTF8_ERROR:
      return "invalid_utf8";
    case simdjson::DEPTH_ERROR:
      return "too_deep";
    case simdjson::UNCLOSED_STRING:
    case simdjson::INCOMPLETE_ARRAY_OR_OBJECT:
    case simdjson::EMPTY:
      return "truncated_json";
    case simdjson::INCORRECT_TYPE:
      return "not_an_object";
    default:
      return "invalid_json";
  }
}

// A JSON number, true, false or null.
bool IsScalar(std::string_view token) {
  if (token == "true" || token == "false" || token == "null") return true;
  size_t i = 0;
  const auto digits = [&] {
    const size_t begin = i;
    while (i < token.size() && token[i] >= '0' && token[i] <= '9') ++i;
    return i - begin;
  };
  if (i < token.size() && token[i] == '-') ++i;
  const bool zero = i < token.size() && token[i] == '0';
  const size_t whole = digits();
  if (whole == 0 || (zero && whole > 1)) return false;
  if (i < token.size() && token[i] == '.') {
    ++i;
    if (digits() == 0) return false;
  }
  if (i < token.size() && (token[i] == 'e' || token[i] == 'E')) {
    ++i;
    if (i < token.size() && (token[i] == '+' || token[i] == '-')) ++i;
    if (digits() == 0) return false;
  }
  return i == token.size();
}

}  // namespace

struct DocumentParser::State {
  DocumentKeys keys;
  bool replace_surrogates = false;
  od::parser parser;
  std::vector<std::string_view> sorted_keys;
  std::string text;  // unescaped; valid until the next record
  std::string url;
};

const Document::Field* Document::Find(std::string_view key) const {
  const auto found = std::find_if(fields_.begin(), fields_.end(),
                                  [key](const Field& field) { return field.key == key; });
  return found == fields_.end() ? nullptr : &*found;
}

std::optional<std::string_view> Document::Json(std::string_view key) const {
  for (const Edit& edit : edits_) {
    if (edit.key == key) return edit.json;
  }
  const Field* field = Find(key);
  if (field == nullptr) return std::nullopt;
  return field->json;
}

void Document::SetText(std::string text) {
  owned_text_ = std::move(text);
  text_ = owned_text_;
  text_edited_ = true;
}

void Document::RenameText(std::string key) { new_text_key_ = std::move(key); }

void Document::SetJson(std::string_view key, std::string json) {
  for (Edit& edit : edits_) {
    if (edit.key == key) {
      edit.json = std::move(json);
      return;
    }
  }
  edits_.push_back({std::string(key), std::move(json)});
}

void Document::SetString(std::string_view key, std::string_view value) {
  std::string json;
  AppendJsonString(value, &json);
  SetJson(key, std::move(json));
}

void Document::SetNumber(std::string_view key, double value) {
  SetJson(key, std::isfinite(value) ? fmt::format("{}", value) : "null");
}

void Document::AppendLine(std::string* out) const {
  if (!changed()) {
    out->append(line_);
    out->push_back('\n');
    return;
  }
  const char* copied = line_.data();
  const auto replace = [&](std::string_view json, std::string_view with) {
    out->append(copied, json.data());
    out->append(with);
    copied = json.data() + json.size();
  };
  std::vector<const Edit*> added;
  for (const Edit& edit : edits_) {
    if (Find(edit.key) == nullptr) added.push_back(&edit);
  }
  for (const Field& field : fields_) {
    if (!new_text_key_.empty() && field.key == text_key_) {
      out->append(copied, field.key.data() - 1);
      AppendJsonString(new_text_key_, out);
      copied = field.key.data() + field.key.size() + 1;
    }
    if (text_edited_ && field.key == text_key_) {
      out->append(copied, field.json.data());
      AppendJsonString(text_, out);
      copied = field.json.data() + field.json.size();
      continue;
    }
    for (const Edit& edit : edits_) {
      if (edit.key == field.key) replace(field.json, edit.json);
    }
  }
  const std::string_view last = fields_.back().json;
  out->append(copied, last.data() + last.size());
  for (const Edit* edit : added) {
    out->append(", ");
    AppendJsonString(edit->key, out);
    out->append(": ");
    out->append(edit->json);
  }
  out->append(last.data() + last.size(), line_.data() + line_.size());
  out->push_back('\n');
}

DocumentParser::DocumentParser(DocumentKeys keys, bool replace_surrogates)
    : state_(std::make_unique<State>()) {
  state_->keys = std::move(keys);
  state_->replace_surrogates = replace_surrogates;
}

DocumentParser::~DocumentParser() = default;

namespace {

// Walks the fields of `object`; `on_field` gets key and trimmed JSON and returns a reason or "".
template <class OnField>
std::string_view WalkFields(od::object object, OnField on_field) {
  for (auto item : object) {
    od::field field;
    if (const auto error = std::move(item).get(field)) return ReasonOf(error);
    const char* const key_begin = field.key().raw();
    const char* key_end = key_begin;
    while (*key_end != '"') key_end += *key_end == '\\' ? 2 : 1;
    od::value value = field.value();
    od::json_type type;
    if (const auto error = value.type().get(type)) return ReasonOf(error);
    std::string_view json;
    if (type == od::json_type::object || type == od::json_type::array) {
      od::object inner_object;
      od::array inner_array;
      const bool is_object = type == od::json_type::object;
      auto error =
          is_object ? value.get_object().get(inner_object) : value.get_array().get(inner_array);
      if (!error) {
        error = is_object ? inner_object.raw_json().get(json) : inner_array.raw_json().get(json);
      }
      if (error) return ReasonOf(error);
    } else {
      json = value.raw_json_token();
      // simdjson passes over an unread string and a colon behind it as over a key. Read, it must
      // be followed by a comma or the end.
      od::raw_json_string read;
      if (type == od::json_type::string) {
        if (const auto error = value.get_raw_json_string().get(read)) return ReasonOf(error);
      }
    }
    json = Trimmed(json);
    if (type != od::json_type::object && type != od::json_type::array &&
        type != od::json_type::string && !IsScalar(json)) {
      return "invalid_json";
    }
    const std::string_view reason =
        on_field(std::string_view(key_begin, static_cast<size_t>(key_end - key_begin)), json,
                 type == od::json_type::string);
    if (!reason.empty()) return reason;
  }
  return {};
}

// Decodes a JSON string into a view of the batch, or into *owned when it has escapes.
std::string_view Unescape(std::string_view json, bool replace_surrogates, std::string_view* text,
                          std::string* owned) {
  const std::string_view inside = json.substr(1, json.size() - 2);
  if (inside.find('\\') == std::string_view::npos) {
    *text = inside;
    return {};
  }
  owned->clear();
  const std::string_view reason = AppendUnescaped(inside, owned, replace_surrogates);
  *text = *owned;
  return reason;
}

}  // namespace

std::string_view DocumentParser::Parse(std::string_view line, Document* document) {
  document->line_ = line;
  document->text_ = document->url_ = {};
  document->text_key_ = state_->keys.text;
  document->fields_.clear();
  document->edits_.clear();
  document->text_edited_ = false;
  document->new_text_key_.clear();
  od::document json;
  if (const auto error =
          state_->parser.iterate(line.data(), line.size(), line.size() + Buffer::kPadding)
              .get(json)) {
    return ReasonOf(error);
  }
  od::object object;
  if (const auto error = json.get_object().get(object)) return ReasonOf(error);
  bool has_text = false;
  const auto on_field = [&](std::string_view key, std::string_view raw,
                            bool is_string) -> std::string_view {
    document->fields_.push_back({key, raw});
    if (key == state_->keys.text) {
      if (has_text) return "duplicate_key";
      if (!is_string) return "text_not_a_string";
      has_text = true;
      const std::string_view reason = Unescape(raw, false, &document->text_, &state_->text);
      if (reason != "lone_surrogate" || !state_->replace_surrogates) return reason;
      document->text_edited_ = true;
      return Unescape(raw, true, &document->text_, &state_->text);
    }
    if (key == state_->keys.url) {
      if (!is_string) return raw == "null" ? "" : "url_not_a_string";
      return Unescape(raw, state_->replace_surrogates, &document->url_, &state_->url);
    }
    return {};
  };
  const std::string_view reason = WalkFields(object, on_field);
  if (!reason.empty()) return reason;
  const char* rest = nullptr;
  if (!json.current_location().get(rest)) return "invalid_json";  // something follows the object
  auto& keys = state_->sorted_keys;
  keys.clear();
  for (const auto& field : document->fields_) keys.push_back(field.key);
  std::sort(keys.begin(), keys.end());
  if (std::adjacent_find(keys.begin(), keys.end()) != keys.end()) return "duplicate_key";
  return has_text ? "" : "missing_text";
}

}  // namespace owt
