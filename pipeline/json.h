#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace owt {

// nlohmann's parser and writer, made here once: in every file that made them itself, compiling
// would take five seconds more.

// Throws nlohmann::json::parse_error where `text` is not one JSON value.
nlohmann::json ParseJson(std::string_view text);

// A discarded value there.
nlohmann::json ParseJsonOrDiscard(std::string_view text);

// On one line, or over several with `indent` spaces a level. Throws nlohmann::json::type_error on
// strings that are not UTF-8.
std::string JsonText(const nlohmann::json& json);
std::string JsonText(const nlohmann::ordered_json& json, int indent = -1);

}  // namespace owt
