// Bodies of any bytes: a message of one line, or a request that keeps every limit.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <variant>

#include "trainer/serve/api_request.h"

namespace {

using owt::trainer::ApiRequest;

bool KeepsLimits(const ApiRequest& r) {
  if (r.prompts.empty() || r.prompts.size() > ApiRequest::kMaxPrompts) return false;
  for (const std::string& prompt : r.prompts) {
    if (prompt.empty() && !r.add_bos) return false;
  }
  if (r.tokens_to_generate < 0 || (r.tokens_to_generate == 0 && !r.logprobs)) return false;
  if (!(r.temperature > 0 && r.temperature <= 100)) return false;
  if (r.top_k < 0 || r.top_k > 1000 || (r.top_k > 0 && r.top_p > 0)) return false;
  if (!(r.top_p >= 0 && r.top_p <= 1 && r.top_p_decay >= 0 && r.top_p_decay <= 1)) return false;
  if (!(r.top_p_bound >= 0 && r.top_p_bound <= r.top_p)) return false;
  if (r.top_p == 0 && (r.top_p_decay > 0 || r.top_p_bound > 0)) return false;
  return r.beam_width >= 0 && (r.beam_width == 0 || r.prompts.size() == 1);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  const auto parsed = owt::trainer::ParseApiRequest(body);
  if (const auto* message = std::get_if<std::string>(&parsed)) {
    if (message->empty() || message->find('\n') != std::string::npos) abort();
  } else if (!KeepsLimits(std::get<ApiRequest>(parsed))) {
    abort();
  }
  return 0;
}
