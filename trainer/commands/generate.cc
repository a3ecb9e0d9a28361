#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "formats/tokenizer_files.h"
#include "pipeline/context.h"
#include "pipeline/error.h"
#include "pipeline/fd.h"
#include "trainer/commands/commands.h"
#include "trainer/commands/remote_generate.h"
#include "trainer/commands/text_source.h"
#include "trainer/module.h"

namespace owt::trainer {
namespace {

class GenerateCommand : public Stage {
 public:
  explicit GenerateCommand(MakeEncoder make_encoder) : make_encoder_(make_encoder) {}

  void Declare(OptionSet& options) override {
    run_.Declare(options);
    options.Text("server", &server_, "HOST:PORT", "ask an owt serve there; no --checkpoint then");
    options.Group("Text")
        .Text("prompt", &prompt_, "TEXT", "what to go on from; empty: the start of a document")
        .Detail("- reads it from standard input.")
        .Text("prompts", &prompts_, "FILE", "a prompt a line, - is standard input; writes jsonl")
        .File("tokenizer", &tokenizer_, "the tokenizer of the model's data, if it is not GPT-2's")
        .Integer("tokens", &ask_.tokens, 1, 1 << 30, "most tokens to write")
        .Real("temperature", &ask_.temperature, 0, 1e3,
              "below 1 is safer, above 1 wilder; 0: always the likeliest")
        .Integer("top-k", &ask_.top_k, 0, 1 << 28, "only the k likeliest; 0: all")
        .Real("top-p", &ask_.top_p, 0, 1, "only the likeliest that make up p; 0: all")
        .List("stop", &ask_.stop, "TEXT", "ends before this; may be given several times")
        .Flag("logprobs", &ask_.log_probs, "jsonl with tokens and their log probabilities")
        .Integer("seed", &ask_.seed, 0, INT64_MAX, "of the draws");
    options.Example("owt generate --checkpoint run --prompt \"The road\" --tokens 50 --top-k 40",
                    "prints the prompt and what follows");
    options.Example("owt generate --checkpoint run --prompts prompts.txt > texts.jsonl",
                    "a text for each line");
    options.Example("owt generate --server 127.0.0.1:5000 --prompt \"The road\"",
                    "the same from a model that owt serve has loaded");
  }

  void Run(RunContext& context) override {
    if (ask_.top_k > 0 && ask_.top_p > 0) {
      throw Error(ErrorKind::kUsage, "cannot set both --top-k and --top-p");
    }
    if (!server_.empty()) return RunRemote(context);
    const RunConfig run = run_.Config();
    ask_.prompts = ReadPrompts(prompt_, prompts_);
    const formats::Gpt2Vocab vocab = formats::ReadTokenizer(tokenizer_);
    const auto model = LoadTrainer().open_text_model(run, HooksOf(context));
    std::vector<std::vector<uint32_t>> prompts = Encode(vocab, *model);
    Fd out(dup(STDOUT_FILENO), "standard output");
    if (AsLines()) {
      WriteLines(context, vocab, *model, prompts, out);
    } else {
      Stream(context, vocab, *model, prompts, out);
    }
    if (context.cancelled()) throw Error(ErrorKind::kInterrupted, "interrupted");
  }

 private:
  bool AsLines() const { return !prompts_.empty() || ask_.log_probs; }

  void RunRemote(const RunContext& context) {
    ask_.prompts = ReadPrompts(prompt_, prompts_);
    const std::string text =
        RemoteGenerate(server_, ask_, AsLines(), [&context] { return context.cancelled(); });
    Fd(dup(STDOUT_FILENO), "standard output").Write(text);
  }

  std::vector<std::vector<uint32_t>> Encode(const formats::Gpt2Vocab& vocab,
                                            const TextModel& model) const {
    const TextCodec codec = MakeCodec(vocab, make_encoder_);
    std::vector<std::vector<uint32_t>> prompts;
    for (const std::string& prompt : ask_.prompts) {
      prompts.push_back(codec.encode(prompt));
      std::vector<uint32_t>& ids = prompts.back();
      if (ids.empty()) ids.push_back(vocab.end_of_text());
      const uint32_t highest = *std::max_element(ids.begin(), ids.end());
      if (highest >= model.vocab()) {
        throw Error(ErrorKind::kUsage, fmt::format("the prompt has id {}, but the model {} ids",
                                                   highest, model.vocab()));
      }
      if (ask_.log_probs && std::ssize(ids) > model.positions()) {
        throw Error(ErrorKind::kUsage,
                    fmt::format("--logprobs: prompt {} has {} tokens, but the model {} positions",
                                prompts.size(), ids.size(), model.positions()));
      }
    }
    return prompts;
  }

  DecodeOptions Options(const formats::Gpt2Vocab& vocab) const {
    DecodeOptions options;
    options.sampling = {ask_.temperature, ask_.top_k, ask_.top_p};
    options.tokens = ask_.tokens;
    options.seed = ask_.seed;
    options.vocab = vocab.size();
    options.stop.tokens.push_back(vocab.end_of_text());
    options.log_probs = ask_.log_probs;
    options.slide = !ask_.log_probs;
    return options;
  }

  // The prompt, then each token as it comes.
  void Stream(const RunContext& context, const formats::Gpt2Vocab& vocab, TextModel& model,
              const std::vector<std::vector<uint32_t>>& prompts, Fd& out) const {
    out.Write(ask_.prompts[0]);
    StopStrings stop(ask_.stop);
    DecodeHooks hooks;
    hooks.cancelled = [&context] { return context.cancelled(); };
    hooks.take = [&](size_t, uint32_t token) {
      if (token == vocab.end_of_text()) return false;
      std::string piece;
      const bool found = stop.Feed(vocab.token_bytes(token), &piece);
      out.Write(piece);
      return !found;
    };
    Decode(model, prompts, Options(vocab), hooks);
    std::string rest;
    stop.Finish(&rest);
    out.Write(rest + "\n");
  }

  // A line of JSON for each prompt, in their order; as many at a time as keep the model busy.
  void WriteLines(const RunContext& context, const formats::Gpt2Vocab& vocab, TextModel& model,
                  const std::vector<std::vector<uint32_t>>& prompts, Fd& out) const {
    DecodeOptions options = Options(vocab);
    const auto block = static_cast<size_t>(8 * model.rows());
    for (; options.first_text < prompts.size(); options.first_text += block) {
      const size_t count = std::min(block, prompts.size() - options.first_text);
      std::vector<std::string> texts(
          ask_.prompts.begin() + static_cast<std::ptrdiff_t>(options.first_text),
          ask_.prompts.begin() + static_cast<std::ptrdiff_t>(options.first_text + count));
      std::vector<StopStrings> stop(count, StopStrings(ask_.stop));
      DecodeHooks hooks;
      hooks.cancelled = [&context] { return context.cancelled(); };
      hooks.take = [&](size_t i, uint32_t token) {
        if (token == vocab.end_of_text()) return false;
        return !stop[i].Feed(vocab.token_bytes(token), &texts[i]);
      };
      const auto decoded =
          Decode(model, std::span(prompts).subspan(options.first_text, count), options, hooks);
      if (context.cancelled()) return;
      for (size_t i = 0; i < count; ++i) {
        stop[i].Finish(&texts[i]);
        out.Write(TextAsJson(vocab, texts[i], ask_.log_probs ? &decoded[i] : nullptr) + "\n");
      }
    }
  }

  MakeEncoder make_encoder_;
  RunOptions run_;
  GenerateAsk ask_;
  std::string prompt_, prompts_, tokenizer_, server_;
};

}  // namespace

std::unique_ptr<Stage> MakeGenerate(MakeEncoder make_encoder) {
  return std::make_unique<GenerateCommand>(make_encoder);
}

}  // namespace owt::trainer
