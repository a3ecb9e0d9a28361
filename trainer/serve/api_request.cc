// One function per field, called in the order of the reference: where a request breaks several
// rules, clients see the same message from both servers.
#include "trainer/serve/api_request.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "pipeline/json.h"

namespace owt::trainer {
namespace {

using Json = nlohmann::json;
// What is wrong; empty: nothing.
using Problem = std::string;

const Json* FieldOf(const Json& body, const char* name) {
  const auto found = body.find(name);
  return found == body.end() ? nullptr : &*found;
}

// Integers beyond int64 count as its largest value: no rule tells them apart.
int64_t Int64Of(const Json& field) {
  if (!field.is_number_unsigned()) return field.get<int64_t>();
  return static_cast<int64_t>(std::min<uint64_t>(field.get<uint64_t>(), INT64_MAX));
}

Problem TakePrompts(const Json& body, ApiRequest* request) {
  const Json* prompts = FieldOf(body, "prompts");
  if (prompts == nullptr) return "prompts argument required";
  if (body.contains("max_len")) {
    return "max_len is no longer used.  Replace with tokens_to_generate";
  }
  if (body.contains("sentences")) return "sentences is no longer used.  Replace with prompts";
  if (!prompts->is_array()) return "prompts is not a list of strings";
  if (prompts->empty()) return "prompts is empty";
  if (prompts->size() > ApiRequest::kMaxPrompts) {
    return fmt::format("Maximum number of prompts is {}", ApiRequest::kMaxPrompts);
  }
  for (const Json& prompt : *prompts) {
    if (!prompt.is_string()) return "prompts is not a list of strings";
    request->prompts.push_back(prompt.get<std::string>());
  }
  return {};
}

Problem TakeBool(const Json& body, const char* name, bool* value) {
  const Json* field = FieldOf(body, name);
  if (field == nullptr) return {};
  if (!field->is_boolean()) return fmt::format("{} must be a boolean value", name);
  *value = field->get<bool>();
  return {};
}

Problem TakeTokensToGenerate(const Json& body, ApiRequest* request) {
  const Json* field = FieldOf(body, "tokens_to_generate");
  if (field == nullptr) return {};
  if (!field->is_number_integer()) return "tokens_to_generate must be an integer greater than 0";
  request->tokens_to_generate = Int64Of(*field);
  if (request->tokens_to_generate < 0) {
    return "tokens_to_generate must be an integer greater than or equal to 0";
  }
  return {};
}

Problem TakeLogprobs(const Json& body, ApiRequest* request) {
  Problem problem = TakeBool(body, "logprobs", &request->logprobs);
  if (problem.empty() && request->tokens_to_generate == 0 && !request->logprobs) {
    return "tokens_to_generate=0 implies logprobs should be True";
  }
  return problem;
}

Problem TakeTemperature(const Json& body, ApiRequest* request) {
  const Json* field = FieldOf(body, "temperature");
  if (field == nullptr) return {};
  request->temperature = field->is_number() ? field->get<double>() : 0.0;
  if (request->temperature > 0.0 && request->temperature <= 100.0) return {};
  return "temperature must be a positive number less than or equal to 100.0";
}

Problem TakeTopK(const Json& body, ApiRequest* request) {
  const Json* field = FieldOf(body, "top_k");
  if (field == nullptr) return {};
  if (!field->is_number_integer()) {
    return "top_k must be an integer equal to or greater than 0 and less than or equal to 1000";
  }
  request->top_k = Int64Of(*field);
  if (request->top_k >= 0 && request->top_k <= 1000) return {};
  return "top_k must be equal to or greater than 0 and less than or equal to 1000";
}

Problem TakeTopP(const Json& body, ApiRequest* request) {
  const Json* field = FieldOf(body, "top_p");
  if (field == nullptr) return {};
  if (!field->is_number_float()) {
    return "top_p must be a positive float less than or equal to 1.0";
  }
  request->top_p = field->get<double>();
  if (request->top_p > 0.0 && request->top_k > 0) {
    return "cannot set both top-k and top-p samplings.";
  }
  if (request->top_p >= 0.0 && request->top_p <= 1.0) return {};
  return "top_p must be less than or equal to 1.0";
}

Problem TakeTopPDecay(const Json& body, ApiRequest* request) {
  const Json* field = FieldOf(body, "top_p_decay");
  if (field == nullptr) return {};
  if (!field->is_number_float()) {
    return "top_p_decay must be a positive float less than or equal to 1.0";
  }
  request->top_p_decay = field->get<double>();
  if (request->top_p == 0.0) return "top_p_decay cannot be set without top_p";
  if (request->top_p_decay >= 0.0 && request->top_p_decay <= 1.0) return {};
  return "top_p_decay must be less than or equal to 1.0";
}

Problem TakeTopPBound(const Json& body, ApiRequest* request) {
  const Json* field = FieldOf(body, "top_p_bound");
  if (field == nullptr) return {};
  if (!field->is_number_float()) {
    return "top_p_bound must be a positive float less than or equal to top_p";
  }
  request->top_p_bound = field->get<double>();
  if (request->top_p == 0.0) return "top_p_bound cannot be set without top_p";
  if (request->top_p_bound > 0.0 && request->top_p_bound <= request->top_p) return {};
  return "top_p_bound must be greater than 0 and less than top_p";
}

Problem TakeAddBos(const Json& body, ApiRequest* request) {
  Problem problem = TakeBool(body, "add_BOS", &request->add_bos);
  if (!problem.empty() || request->add_bos) return problem;
  for (const std::string& prompt : request->prompts) {
    if (prompt.empty()) return "Empty prompts require add_BOS=true";
  }
  return {};
}

Problem TakeStopOnDoubleEol(const Json& body, ApiRequest* request) {
  return TakeBool(body, "stop_on_double_eol", &request->stop_on_double_eol);
}

Problem TakeStopOnEol(const Json& body, ApiRequest* request) {
  return TakeBool(body, "stop_on_eol", &request->stop_on_eol);
}

Problem TakeColon(const Json& body, ApiRequest* request) {
  return TakeBool(body, "prevent_newline_after_colon", &request->prevent_newline_after_colon);
}

Problem TakeSeed(const Json& body, ApiRequest* request) {
  const Json* field = FieldOf(body, "random_seed");
  if (field == nullptr) return {};
  if (!field->is_number_integer()) return "random_seed must be integer";
  if (!field->is_number_unsigned() && field->get<int64_t>() < 0) {
    return "random_seed must be a positive integer";
  }
  request->random_seed = field->get<uint64_t>();
  return {};
}

Problem TakeNoLog(const Json& body, ApiRequest* request) {
  return TakeBool(body, "no_log", &request->no_log);
}

Problem TakeBeamWidth(const Json& body, ApiRequest* request) {
  const Json* field = FieldOf(body, "beam_width");
  if (field == nullptr) return {};
  if (!field->is_number_integer()) return "beam_width must be integer";
  request->beam_width = Int64Of(*field);
  if (request->beam_width < 1) return "beam_width must be an integer > 1";
  if (request->prompts.size() > 1) return "When doing beam_search, batch size must be 1";
  return {};
}

Problem TakeStopToken(const Json& body, ApiRequest* request) {
  const Json* field = FieldOf(body, "stop_token");
  if (field == nullptr) return {};
  if (!field->is_number_integer()) return "stop_token must be an integer";
  request->stop_token = Int64Of(*field);
  return {};
}

Problem TakeLengthPenalty(const Json& body, ApiRequest* request) {
  const Json* field = FieldOf(body, "length_penalty");
  if (field == nullptr) return {};
  if (!field->is_number_float()) return "length_penalty must be a float";
  request->length_penalty = field->get<double>();
  return {};
}

constexpr Problem (*kRules[])(const Json&, ApiRequest*) = {
    TakePrompts,       TakeTokensToGenerate,
    TakeLogprobs,      TakeTemperature,
    TakeTopK,          TakeTopP,
    TakeTopPDecay,     TakeTopPBound,
    TakeAddBos,        TakeStopOnDoubleEol,
    TakeStopOnEol,     TakeColon,
    TakeSeed,          TakeNoLog,
    TakeBeamWidth,     TakeStopToken,
    TakeLengthPenalty,
};

}  // namespace

std::variant<ApiRequest, std::string> ParseApiRequest(std::string_view body) {
  const Json json = ParseJsonOrDiscard(body);
  if (json.is_discarded()) return "the body is not valid JSON in UTF-8";
  if (!json.is_object()) return "the body must be a JSON object";
  ApiRequest request;
  for (const auto rule : kRules) {
    Problem problem = rule(json, &request);
    if (!problem.empty()) return problem;
  }
  return request;
}

}  // namespace owt::trainer
