#include "pipeline/json.h"

#include <nlohmann/json.hpp>

namespace owt {

nlohmann::json ParseJson(std::string_view text) { return nlohmann::json::parse(text); }

nlohmann::json ParseJsonOrDiscard(std::string_view text) {
  return nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
}

std::string JsonText(const nlohmann::json& json) { return json.dump(); }

std::string JsonText(const nlohmann::ordered_json& json, int indent) { return json.dump(indent); }

}  // namespace owt
