#include "stages/train_tokenizer/tokenizer_sink.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <utility>

#include "formats/tokenizer_files.h"
#include "pipeline/error.h"
#include "pipeline/fd.h"
#include "pipeline/hash.h"
#include "pipeline/output_file.h"
#include "pipeline/progress.h"

namespace owt::train_tokenizer {

TokenizerSink::TokenizerSink(RunContext& context, const BpeTrainerOptions& options,
                             std::vector<std::string> further)
    : context_(context), options_(options), further_(std::move(further)), folder_(context.output) {}

void TokenizerSink::Put(BatchResult& result) {
  if (!counts_.AddAll(result.aux)) throw Error(ErrorKind::kInternal, "packed words are damaged");
  const uint64_t needed =
      counts_.memory_bytes() + TrainingBytes(counts_.size(), counts_.num_bytes(), options_);
  if (needed <= context_.memory_bytes()) return;
  throw Error(ErrorKind::kResource,
              fmt::format("{} distinct words are too many for the memory; give more --memory, or "
                          "train on a sample (owt shuffle --head N)",
                          counts_.size()),
              folder_);
}

// By turns, so that the checkpoint before lasts until the next is durable.
std::string TokenizerSink::WordsPath(unsigned turn) const {
  return fmt::format("{}.{}.owt-words{}", FolderOf(folder_), NameOf(folder_), turn);
}

std::string TokenizerSink::Checkpoint(std::vector<Fd>* unsynced) {
  std::string packed;
  counts_.AppendTo(&packed);
  turn_ ^= 1;
  Fd file = Fd::OpenWrite(WordsPath(turn_));
  file.Truncate(0);
  file.Write(packed);
  unsynced->push_back(std::move(file));
  return fmt::format("{} {}", turn_, Hash64(packed));
}

bool TokenizerSink::Restore(const std::string& state) {
  std::istringstream words(state);
  uint64_t xxh3 = 0;
  if (!(words >> turn_ >> xxh3) || turn_ > 1 || !FileExists(WordsPath(turn_))) return false;
  const std::string packed = ReadSmallFile(WordsPath(turn_), context_.memory_bytes());
  return Hash64(packed) == xxh3 && counts_.AddAll(packed);
}

std::vector<formats::MergePair> TokenizerSink::Train() {
  std::vector<Word> words;
  words.reserve(counts_.size());
  counts_.ForEach([&](std::string_view word, uint64_t times) { words.push_back({word, times}); });
  context_.progress->phase = "merges";
  return TrainBpe(words, options_, [this](size_t, size_t) {
    if (!context_.cancelled()) return;
    throw Error(ErrorKind::kInterrupted, "interrupted; run the same command again to go on");
  });
}

void TokenizerSink::Write(const std::string& name, const std::string& content) {
  OutputFile file(folder_ + "/" + name);
  file.Write(content);
  file.Commit();
  context_.outputs.push_back({file.path(), 1, file.bytes(), file.xxh3()});
}

void TokenizerSink::Commit() {
  const formats::Gpt2Vocab vocab(Train());
  context_.Say(fmt::format("{} distinct words, {} merges, {} tokens with the special ones",
                           counts_.size(), vocab.merges().size(), vocab.size() + further_.size()));
  if (vocab.end_of_text() < options_.num_tokens) {
    context_.Say(fmt::format("no other pair is there {} times: fewer tokens than --vocab-size",
                             options_.min_frequency));
  }
  std::error_code error;
  std::filesystem::create_directories(folder_, error);
  if (error) {
    throw Error(ErrorKind::kOutput, "cannot make the folder: " + error.message(), folder_);
  }
  Write("vocab.json", VocabJson(vocab, further_));
  Write("merges.txt", MergesText(vocab));
  Write("tokenizer.tiktoken", TiktokenText(vocab));
  Write("tokenizer.json", TokenizerJson(vocab, further_));
  for (const unsigned turn : {0U, 1U}) unlink(WordsPath(turn).c_str());
}

}  // namespace owt::train_tokenizer
