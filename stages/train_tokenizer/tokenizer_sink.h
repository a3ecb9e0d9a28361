#pragma once

#include <string>
#include <vector>

#include "pipeline/batch.h"
#include "pipeline/context.h"
#include "stages/train_tokenizer/bpe_trainer.h"
#include "stages/train_tokenizer/word_counts.h"

namespace owt::train_tokenizer {

// Adds up the words of all batches; on Commit it trains and writes vocab.json, merges.txt,
// tokenizer.tiktoken and, last, tokenizer.json into the run's output, a folder. Resumable until
// training starts: the counts wait in a hidden file beside the output. Fills context.outputs.
// Throws Error{kResource} where the words, and what training needs for them, take more than the
// run's memory.
class TokenizerSink : public Sink {
 public:
  // `further` are special tokens behind <|endoftext|>. `context` must outlive the sink; its output
  // does not end in '/', since the folder holds no parts.
  TokenizerSink(RunContext& context, const BpeTrainerOptions& options,
                std::vector<std::string> further);

  void Put(BatchResult& result) override;
  std::string Checkpoint(std::vector<Fd>* unsynced) override;
  bool Restore(const std::string& state) override;
  void Commit() override;

 private:
  std::string WordsPath(unsigned turn) const;
  std::vector<formats::MergePair> Train();
  void Write(const std::string& name, const std::string& content);

  RunContext& context_;
  const BpeTrainerOptions options_;
  const std::vector<std::string> further_;
  const std::string folder_;
  WordCounts counts_;
  unsigned turn_ = 0;  // which of two files the last checkpoint took
};

}  // namespace owt::train_tokenizer
