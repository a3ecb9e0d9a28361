#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace owt::trainer {

// The body of PUT /api, as Megatron-LM's text generation server takes it. Fields that it does not
// know are ignored, there and here.
struct ApiRequest {
  static constexpr size_t kMaxPrompts = 128;

  std::vector<std::string> prompts;  // 1 to kMaxPrompts, UTF-8
  int64_t tokens_to_generate = 64;   // 0: only with logprobs
  bool logprobs = false;
  double temperature = 1.0;  // (0, 100]
  int64_t top_k = 0;         // 0 to 1000; 0: all
  double top_p = 0.0;        // 0 to 1; 0: all
  double top_p_decay = 0.0;  // factor on top_p after every token; 0: none
  double top_p_bound = 0.0;  // where the decay ends
  bool add_bos = false;
  bool stop_on_double_eol = false;
  bool stop_on_eol = false;
  bool prevent_newline_after_colon = false;
  std::optional<uint64_t> random_seed;
  bool no_log = false;
  int64_t beam_width = 0;  // 0: no beam search
  std::optional<int64_t> stop_token;
  double length_penalty = 1.0;
};

// A request, or what is wrong with the first field that breaks a rule: rules and messages are
// Megatron-LM's, in its order. Other than there, true and false are no integers, and prompts that
// are no strings are named as such. Bounded by the size of `body`; nesting costs no stack.
std::variant<ApiRequest, std::string> ParseApiRequest(std::string_view body);

}  // namespace owt::trainer
