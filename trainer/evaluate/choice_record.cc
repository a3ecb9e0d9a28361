#include "trainer/evaluate/choice_record.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>

#include "pipeline/json.h"

namespace owt::trainer {
namespace {

constexpr size_t kMaxEndings = 1024;

bool ReadEndings(std::optional<std::string_view> text, std::vector<std::string>* endings) {
  endings->clear();
  if (!text.has_value()) return false;
  const nlohmann::json json = ParseJsonOrDiscard(*text);
  if (!json.is_array() || json.size() < 2 || json.size() > kMaxEndings) return false;
  for (const nlohmann::json& ending : json) {
    if (!ending.is_string()) return false;
    endings->push_back(ending.get<std::string>());
    if (endings->back().empty()) return false;
  }
  return true;
}

// A whole number below `end`, plain or as text.
bool ReadLabel(std::optional<std::string_view> text, size_t end, size_t* label) {
  if (!text.has_value()) return false;
  std::string_view digits = *text;
  if (digits.size() > 2 && digits.starts_with('"') && digits.ends_with('"')) {
    digits = digits.substr(1, digits.size() - 2);
  }
  const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), *label);
  return error == std::errc{} && stop == digits.data() + digits.size() && *label < end;
}

}  // namespace

ChoiceParser::ChoiceParser() : by_ctx_({"ctx", ""}), by_context_({"context", ""}) {}

std::string_view ChoiceParser::Parse(std::string_view line, ChoiceRecord* record) {
  std::string_view reason = by_ctx_.Parse(line, &document_);
  if (reason == "missing_text") reason = by_context_.Parse(line, &document_);
  if (!reason.empty()) return reason;
  record->context = document_.text();
  if (!ReadEndings(document_.Json("endings"), &record->endings)) return "endings_malformed";
  if (!ReadLabel(document_.Json("label"), record->endings.size(), &record->label)) {
    return "label_malformed";
  }
  return {};
}

}  // namespace owt::trainer
