#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace owt::trainer {

// What `owt generate` is asked for.
struct GenerateAsk {
  std::vector<std::string> prompts;
  int64_t tokens = 100;
  double temperature = 1.0;  // 0: always the likeliest
  int64_t top_k = 0;         // 0: all
  double top_p = 0.0;        // 0: all
  std::vector<std::string> stop;
  bool log_probs = false;
  uint64_t seed = 1234;
};

// The body of PUT /api for it: temperature 0 becomes top_k 1; an empty prompt starts behind the end
// token. Throws Error{kUsage} where the prompts are more than 128, or empty in part.
std::string RemoteBody(const GenerateAsk& ask);

// What a local run would print, from the model of an `owt serve`: the text or, with `as_lines`, a
// line of JSON for each prompt. Stop strings are cut here, for the API has none: what follows them
// has been generated in vain. Throws Error{kUsage} with the server's message where it refuses the
// request, kExternal where it cannot answer, kInterrupted.
std::string RemoteGenerate(const std::string& server, const GenerateAsk& ask, bool as_lines,
                           const std::function<bool()>& cancelled);

}  // namespace owt::trainer
