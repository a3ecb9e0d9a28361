#include "trainer/commands/remote_generate.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "formats/gpt2_vocab.h"
#include "pipeline/error.h"
#include "pipeline/json.h"
#include "pipeline/json_string.h"
#include "pipeline/utf8.h"
#include "trainer/serve/api_request.h"
#include "trainer/serve/http_client.h"

namespace owt::trainer {
namespace {

// Floats with a point or an exponent: the server tells them from integers.
std::string FloatText(double value) {
  std::string text = fmt::format("{}", value);
  return text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
}

bool AddBos(const GenerateAsk& ask) { return ask.prompts[0].empty(); }

[[noreturn]] void ThrowAnswer(const std::string& server, const HttpAnswer& answer) {
  const nlohmann::json json = ParseJsonOrDiscard(answer.body);
  const std::string message = json.is_string() ? json.get<std::string>() : answer.body;
  const ErrorKind kind = answer.code == 400 ? ErrorKind::kUsage : ErrorKind::kExternal;
  const std::string retry =
      answer.retry_after.empty() ? "" : fmt::format("; try again in {} s", answer.retry_after);
  throw Error(kind, fmt::format("the server {} answers {}: {}{}", server, answer.code,
                                message.substr(0, message.find('\n')), retry));
}

// The prompt and what follows, without the end token and from the first stop string on.
std::string Cut(const GenerateAsk& ask, const std::string& prompt, std::string text) {
  constexpr std::string_view kEnd = formats::Gpt2Vocab::kEndOfText;
  if (AddBos(ask) && text.starts_with(kEnd)) text.erase(0, kEnd.size());
  const size_t begin = std::min(prompt.size(), text.size());
  if (std::string_view(text).substr(begin).ends_with(kEnd)) {
    text.resize(text.size() - kEnd.size());
  }
  size_t end = text.size();
  for (const std::string& stop : ask.stop) {
    if (!stop.empty()) end = std::min(end, text.find(stop, begin));
  }
  return text.substr(0, end);
}

}  // namespace

std::string RemoteBody(const GenerateAsk& ask) {
  if (ask.prompts.size() > ApiRequest::kMaxPrompts) {
    throw Error(ErrorKind::kUsage, fmt::format("{} prompts: a server takes {} at once; split them",
                                               ask.prompts.size(), ApiRequest::kMaxPrompts));
  }
  std::string body = "{\"prompts\":[";
  for (const std::string& prompt : ask.prompts) {
    if (prompt.empty() != AddBos(ask)) {
      throw Error(ErrorKind::kUsage, "with --server, all prompts are empty or none is");
    }
    if (&prompt != &ask.prompts[0]) body += ',';
    AppendJsonString(ReplaceInvalidUtf8(prompt), &body);
  }
  body += fmt::format("],\"tokens_to_generate\":{},\"random_seed\":{}", ask.tokens, ask.seed);
  if (ask.temperature > 0) body += ",\"temperature\":" + FloatText(ask.temperature);
  const int64_t top_k = ask.temperature == 0 ? 1 : ask.top_k;
  if (top_k > 0) {
    body += fmt::format(",\"top_k\":{}", top_k);
  } else if (ask.top_p > 0) {
    body += ",\"top_p\":" + FloatText(ask.top_p);
  }
  if (ask.log_probs) body += ",\"logprobs\":true";
  if (AddBos(ask)) body += ",\"add_BOS\":true";
  return body + "}";
}

std::string RemoteGenerate(const std::string& server, const GenerateAsk& ask, bool as_lines,
                           const std::function<bool()>& cancelled) {
  if (ask.prompts.empty()) return {};
  const HttpAnswer answer = HttpPut(server, "/api", RemoteBody(ask), cancelled);
  if (answer.code != 200) ThrowAnswer(server, answer);
  const nlohmann::json json = ParseJsonOrDiscard(answer.body);
  const auto is_list = [&](const nlohmann::json& object, const char* name) {
    return object.is_object() && object.contains(name) && object[name].is_array() &&
           object[name].size() == ask.prompts.size();
  };
  const bool whole = is_list(json, "text") && is_list(json, "segments") &&
                     (!ask.log_probs || is_list(json, "logprobs"));
  std::string out;
  for (size_t i = 0; whole && i < ask.prompts.size(); ++i) {
    if (!json["text"][i].is_string()) break;
    const std::string text = Cut(ask, ask.prompts[i], json["text"][i].get<std::string>());
    if (!as_lines) return text + "\n";
    out += "{\"text\":";
    AppendJsonString(text, &out);
    if (ask.log_probs) {
      out += ",\"segments\":" + JsonText(json["segments"][i]) +
             ",\"logprobs\":" + JsonText(json["logprobs"][i]);
    }
    out += "}\n";
  }
  if (out.empty()) {
    throw Error(ErrorKind::kExternal,
                fmt::format("the answer of {} is not what PUT /api gives", server));
  }
  return out;
}

}  // namespace owt::trainer
