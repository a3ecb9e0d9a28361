#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "trainer/generate/sampler.h"
#include "trainer/generate/text_model.h"

namespace owt::tests {

// A model whose logits are a function of the text so far; it checks what it is asked.
class FakeTextModel : public trainer::TextModel {
 public:
  using Logits = std::function<std::vector<float>(const std::vector<uint32_t>& text)>;

  FakeTextModel(int64_t vocab, int64_t positions, int64_t rows, Logits logits)
      : vocab_(vocab), positions_(positions), rows_(rows), logits_(std::move(logits)) {}

  // Pseudo-random logits.
  static std::vector<float> Hashed(const std::vector<uint32_t>& text, int64_t vocab) {
    uint64_t state = 1;
    for (const uint32_t id : text) state = (state ^ id) * 0x9E3779B97F4A7C15 + 1;
    std::vector<float> logits;
    for (int64_t i = 0; i < vocab; ++i) {
      state = state * 6364136223846793005 + 1442695040888963407;
      logits.push_back(static_cast<float>(state >> 40) * 0x1p-22F);
    }
    return logits;
  }

  int64_t vocab() const override { return vocab_; }

  int64_t positions() const override { return positions_; }

  int64_t rows() const override { return rows_; }

  std::unique_ptr<trainer::TextState> Read(std::span<const uint32_t> ids,
                                           std::vector<float>* logits,
                                           std::vector<float>* log_probs) override {
    if (ids.empty() || std::ssize(ids) > positions_) ++num_errors;
    auto state = std::make_unique<State>();
    for (const uint32_t id : ids) {
      if (log_probs != nullptr && !state->text.empty()) {
        log_probs->push_back(trainer::LogProb(*logits, id));
      }
      state->text.push_back(id);
      *logits = logits_(state->text);
    }
    ++num_reads;
    return state;
  }

  void Step(std::span<trainer::TextState* const> texts, std::span<const uint32_t> ids,
            std::vector<float>* logits) override {
    if (texts.size() != ids.size() || texts.empty() || std::ssize(texts) > rows_) ++num_errors;
    logits->clear();
    for (size_t i = 0; i < texts.size(); ++i) {
      State& state = static_cast<State&>(*texts[i]);
      if (std::ssize(state.text) >= positions_) ++num_errors;
      state.text.push_back(ids[i]);
      AppendLogits(state, logits);
    }
    ++num_steps;
  }

  std::unique_ptr<trainer::TextState> Copy(const trainer::TextState& text) override {
    return std::make_unique<State>(static_cast<const State&>(text));
  }

  int num_errors = 0, num_reads = 0, num_steps = 0;

 private:
  struct State : trainer::TextState {
    std::vector<uint32_t> text;
  };

  void AppendLogits(const State& state, std::vector<float>* logits) const {
    const std::vector<float> row = logits_(state.text);
    logits->insert(logits->end(), row.begin(), row.end());
  }

  int64_t vocab_, positions_, rows_;
  Logits logits_;
};

// Of `vocab` ids, with pseudo-random logits.
inline FakeTextModel HashedModel(int64_t vocab, int64_t positions, int64_t rows) {
  return {vocab, positions, rows,
          [vocab](const auto& text) { return FakeTextModel::Hashed(text, vocab); }};
}

}  // namespace owt::tests
