#include "trainer/serve/api_answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "pipeline/json_string.h"
#include "pipeline/utf8.h"
#include "trainer/generate/beam_search.h"

namespace owt::trainer {
namespace {

using Ids = std::vector<uint32_t>;

// "[a,b]" of what `append` appends for each element.
template <class List, class Append>
void AppendList(const List& list, const Append& append, std::string* out) {
  *out += '[';
  bool first = true;
  for (const auto& element : list) {
    if (!first) *out += ',';
    first = false;
    append(element);
  }
  *out += ']';
}

void AppendText(const formats::Gpt2Vocab& vocab, const Ids& ids, std::string* out) {
  std::string bytes;
  vocab.Decode(ids, &bytes);
  AppendJsonString(ReplaceInvalidUtf8(bytes), out);
}

void AppendSegments(const formats::Gpt2Vocab& vocab, const Ids& ids, std::string* out) {
  AppendList(
      ids, [&](uint32_t id) { AppendJsonString(ReplaceInvalidUtf8(vocab.token_bytes(id)), out); },
      out);
}

// The shortest text that reads back as the same number; JSON has no infinity.
template <class Number>
void AppendNumber(Number number, std::string* out) {
  *out += std::isfinite(number) ? fmt::format("{}", number) : "null";
}

void AppendLogProbs(const DecodedText& text, std::string* out) {
  AppendList(
      text.log_probs, [&](float value) { AppendNumber(value, out); }, out);
}

std::string TextsAsJson(const formats::Gpt2Vocab& vocab, const std::vector<DecodedText>& texts,
                        bool log_probs) {
  std::string out = "{\"text\":";
  AppendList(
      texts, [&](const DecodedText& text) { AppendText(vocab, text.ids, &out); }, &out);
  out += ",\"segments\":";
  AppendList(
      texts, [&](const DecodedText& text) { AppendSegments(vocab, text.ids, &out); }, &out);
  out += ",\"logprobs\":";
  if (log_probs) {
    AppendList(
        texts, [&](const DecodedText& text) { AppendLogProbs(text, &out); }, &out);
  } else {
    out += "null";
  }
  return out + "}";
}

std::string BeamsAsJson(const formats::Gpt2Vocab& vocab, const std::vector<Hypothesis>& beams) {
  std::string out = "{\"text\":";
  AppendList(
      beams, [&](const Hypothesis& beam) { AppendText(vocab, beam.ids, &out); }, &out);
  out += ",\"segments\":";
  AppendList(
      beams, [&](const Hypothesis& beam) { AppendSegments(vocab, beam.ids, &out); }, &out);
  out += ",\"scores\":";
  AppendList(
      beams, [&](const Hypothesis& beam) { AppendNumber(beam.score, &out); }, &out);
  return out + "}";
}

// Why the request is too large for the model; empty: it is not. Sizes are compared before they are
// added, for they come from outside.
std::string TooLarge(const TextModel& model, const ApiRequest& request, size_t longest,
                     int64_t max_tokens) {
  const auto length = static_cast<int64_t>(longest);
  if (length > model.positions() || request.tokens_to_generate > model.positions() - length) {
    return "Length of prompt + tokens_to_generate longer than allowed";
  }
  if (request.beam_width > 0 && request.tokens_to_generate == 0) {
    return "context length + tokens_to_generate too large";
  }
  const int64_t total = length + request.tokens_to_generate;
  const auto texts =
      std::max<int64_t>(request.beam_width, static_cast<int64_t>(request.prompts.size()));
  if (texts > max_tokens / total) {
    return fmt::format("Too many tokens.  {} is greater than {}",
                       static_cast<__int128>(texts) * total, max_tokens);
  }
  return {};
}

std::optional<ForbiddenPair> Forbidden(const TextCodec& codec, const ApiRequest& request) {
  if (!request.prevent_newline_after_colon) return std::nullopt;
  return ForbiddenPair{codec.lines.colon, codec.lines.newline};
}

uint32_t StopToken(const TextCodec& codec, const ApiRequest& request) {
  const int64_t token = request.stop_token.value_or(codec.vocab.end_of_text());
  // What is no id ends nothing.
  return token >= 0 && token < codec.vocab.size() ? static_cast<uint32_t>(token) : UINT32_MAX;
}

std::vector<DecodedText> Sample(TextModel& model, const TextCodec& codec, const ApiRequest& request,
                                const std::vector<Ids>& prompts, uint64_t seed,
                                const std::function<bool()>& cancelled) {
  DecodeOptions options;
  options.sampling = {request.temperature, request.top_k, request.top_p};
  options.top_p_decay = request.top_p_decay;
  options.top_p_bound = request.top_p_bound;
  options.tokens = request.tokens_to_generate;
  options.seed = request.random_seed.value_or(seed);
  options.vocab = codec.vocab.size();
  options.stop.tokens.push_back(StopToken(codec, request));
  if (request.stop_on_eol) codec.lines.AddEol(&options.stop);
  if (request.stop_on_double_eol) codec.lines.AddDoubleEol(&options.stop);
  options.forbidden = Forbidden(codec, request);
  options.log_probs = request.logprobs;
  DecodeHooks hooks;
  hooks.cancelled = cancelled;
  return Decode(model, prompts, options, hooks);
}

std::vector<Hypothesis> SearchBeams(TextModel& model, const TextCodec& codec,
                                    const ApiRequest& request, const Ids& prompt,
                                    const std::function<bool()>& cancelled) {
  BeamOptions options;
  options.width = request.beam_width;
  options.tokens = request.tokens_to_generate;
  options.stop_token = StopToken(codec, request);
  options.length_penalty = request.length_penalty;
  options.vocab = codec.vocab.size();
  options.forbidden = Forbidden(codec, request);
  return BeamSearch(model, prompt, options, cancelled);
}

}  // namespace

ApiAnswer AnswerApiRequest(TextModel& model, const TextCodec& codec, const ApiRequest& request,
                           int64_t max_tokens, uint64_t seed,
                           const std::function<bool()>& cancelled) {
  std::vector<Ids> prompts;
  size_t longest = 0;
  ApiAnswer answer;
  for (const std::string& prompt : request.prompts) {
    Ids ids = codec.encode(prompt);
    if (request.add_bos) ids.insert(ids.begin(), codec.vocab.end_of_text());
    longest = std::max(longest, ids.size());
    answer.prompt_tokens += std::ssize(ids);
    prompts.push_back(std::move(ids));
  }
  const std::string problem = TooLarge(model, request, longest, max_tokens);
  if (!problem.empty()) return {400, MessageAsJson(problem), answer.prompt_tokens, 0};
  if (request.beam_width > 0) {
    const auto beams = SearchBeams(model, codec, request, prompts[0], cancelled);
    for (const Hypothesis& beam : beams) answer.new_tokens += std::ssize(beam.log_probs);
    answer.body = BeamsAsJson(codec.vocab, beams);
    return answer;
  }
  const auto texts = Sample(model, codec, request, prompts, seed, cancelled);
  for (const DecodedText& text : texts) answer.new_tokens += std::ssize(text.ids);
  answer.new_tokens -= answer.prompt_tokens;
  answer.body = TextsAsJson(codec.vocab, texts, request.logprobs);
  return answer;
}

std::string TextAsJson(const formats::Gpt2Vocab& vocab, std::string_view text,
                       const DecodedText* tokens) {
  std::string out = "{\"text\":";
  AppendJsonString(ReplaceInvalidUtf8(text), &out);
  if (tokens != nullptr) {
    out += ",\"segments\":";
    AppendSegments(vocab, tokens->ids, &out);
    out += ",\"logprobs\":";
    AppendLogProbs(*tokens, &out);
  }
  return out + "}";
}

std::string MessageAsJson(std::string_view message) {
  std::string out;
  AppendJsonString(ReplaceInvalidUtf8(message), &out);
  return out;
}

}  // namespace owt::trainer
