#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace owt::trainer {

// What a model remembers of one text: keys and values of its tokens.
class TextState {
 public:
  virtual ~TextState() = default;
};

// A language model as decoding sees it: numbers in, logits out, and no tensor, so that everything
// above it is tested without LibTorch. The logits of a text depend on the text alone, to the last
// bit: not on what else is stepped beside it. One thread at a time. All calls throw Error.
class TextModel {
 public:
  virtual ~TextModel() = default;

  // Ids are below it; logits come in rows of this length.
  virtual int64_t vocab() const = 0;

  // The longest text.
  virtual int64_t positions() const = 0;

  // How many texts Step takes at once at about the price of one.
  virtual int64_t rows() const = 0;

  // Reads a text from its start. `logits` gets the row after its last token; `log_probs`, where it
  // is not null, the LogProb (sampler.h) of each token but the first given those before it.
  // REQUIRES: 1 <= ids.size() <= positions().
  virtual std::unique_ptr<TextState> Read(std::span<const uint32_t> ids, std::vector<float>* logits,
                                          std::vector<float>* log_probs) = 0;

  // Adds one token to each text; `logits` gets a row for each. REQUIRES: as many ids as texts, not
  // more than rows(); each text has room for it; no text is named twice.
  virtual void Step(std::span<TextState* const> texts, std::span<const uint32_t> ids,
                    std::vector<float>* logits) = 0;

  // For a text that goes on in two ways.
  virtual std::unique_ptr<TextState> Copy(const TextState& text) = 0;
};

}  // namespace owt::trainer
