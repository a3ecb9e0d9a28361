#include "trainer/commands/text_source.h"

#include <fmt/format.h>
#include <unistd.h>

#include "pipeline/error.h"
#include "pipeline/fd.h"

namespace owt::trainer {
namespace {

std::string ReadAll(const std::string& path) {
  Fd fd = path == "-" ? Fd(dup(STDIN_FILENO), "standard input") : Fd::OpenRead(path);
  std::string text;
  for (size_t size = 0;; text.resize(size)) {
    size = text.size();
    text.resize(size + (64 << 10));
    const size_t read = fd.Read(text.data() + size, text.size() - size);
    size += read;
    if (read == 0) {
      text.resize(size);
      return text;
    }
  }
}

}  // namespace

std::vector<std::string> ReadPrompts(const std::string& prompt, const std::string& prompts_file) {
  if (prompts_file.empty()) return {prompt == "-" ? ReadAll("-") : prompt};
  if (!prompt.empty()) {
    throw Error(ErrorKind::kUsage, "give either --prompt TEXT or --prompts FILE");
  }
  const std::string text = ReadAll(prompts_file);
  std::vector<std::string> prompts;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    prompts.push_back(text.substr(at, end - at));
    if (prompts.back().ends_with('\r')) prompts.back().pop_back();
    at = end + 1;
  }
  return prompts;
}

TextCodec MakeCodec(const formats::Gpt2Vocab& vocab, MakeEncoder make_encoder) {
  return {make_encoder(vocab), vocab};
}

void CheckVocab(const formats::Gpt2Vocab& vocab, const TextModel& model) {
  if (vocab.size() <= model.vocab()) return;
  throw Error(ErrorKind::kUsage,
              fmt::format("the tokenizer has {} ids, but the model {}: give the tokenizer of the "
                          "model's data with --tokenizer",
                          vocab.size(), model.vocab()));
}

}  // namespace owt::trainer
