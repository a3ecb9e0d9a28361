#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "formats/gpt2_vocab.h"
#include "trainer/generate/decode.h"
#include "trainer/generate/text_model.h"
#include "trainer/serve/api_request.h"

namespace owt::trainer {

// Text to ids and back.
struct TextCodec {
  std::function<std::vector<uint32_t>(std::string_view text)> encode;
  const formats::Gpt2Vocab& vocab;
  LineTokens lines{vocab};
};

struct ApiAnswer {
  int code = 200;    // 400 where the request asks for more than is allowed
  std::string body;  // JSON: the answer, or a message
  int64_t prompt_tokens = 0, new_tokens = 0;
};

// Does what PUT /api asks: {"text", "segments", "logprobs"}, or {"text", "segments", "scores"} for
// a beam search. `max_tokens` bounds texts times their longest length (--max-tokens-to-oom). Draws
// by `seed` where the request has none. `cancelled` is polled after each token; the answer is then
// of no use. Throws what the model throws.
ApiAnswer AnswerApiRequest(TextModel& model, const TextCodec& codec, const ApiRequest& request,
                           int64_t max_tokens, uint64_t seed,
                           const std::function<bool()>& cancelled);

// {"text": "...", "segments": [...], "logprobs": [...]} of one text; without `tokens` the text
// alone.
std::string TextAsJson(const formats::Gpt2Vocab& vocab, std::string_view text,
                       const DecodedText* tokens);

// A message as a JSON string.
std::string MessageAsJson(std::string_view message);

}  // namespace owt::trainer
