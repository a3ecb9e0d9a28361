#pragma once

#include <memory>
#include <string_view>

#include "pipeline/batch.h"
#include "pipeline/context.h"

namespace owt::train_tokenizer {

// Counts the pieces of the texts of a batch: the distinct ones go to result->aux (see
// WordCounts::AppendTo), in no particular order.
class CountWords : public BatchTransform {
 public:
  // With `by_line` every line of a text (with its end) is split into pieces on its own, as Hugging
  // Face's train(files) does.
  CountWords(const RunContext& context, bool by_line);
  ~CountWords() override;

  void Apply(const Batch& batch, BatchResult* result) const override;

 private:
  struct Workplace;
  struct Workplaces;

  const bool by_line_;
  std::unique_ptr<Workplaces> workplaces_;
};

}  // namespace owt::train_tokenizer
