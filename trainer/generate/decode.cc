// Texts wait for a free row, are read alone and then stepped together; one that ends makes room for
// the next.
#include "trainer/generate/decode.h"

#include <algorithm>
#include <limits>
#include <memory>

namespace owt::trainer {
namespace {

// Of the texts of one seed the first draws as `owt generate` with that seed always has.
std::mt19937_64 RandomOf(uint64_t seed, size_t text) {
  return std::mt19937_64(seed ^ (text * 0x9E3779B97F4A7C15));
}

// A text while tokens are added to it.
class Row {
 public:
  Row(size_t index, const DecodeOptions& options, DecodedText* text)
      : index_(index),
        options_(options),
        sampling_(options.sampling),
        random_(RandomOf(options.seed, options.first_text + index)),
        text_(text) {}

  TextState* state() const { return state_.get(); }

  // Reads the prompt, or what of the text still fits the model.
  void Read(TextModel& model, std::vector<float>* logits) {
    const auto positions = static_cast<size_t>(model.positions());
    std::span<const uint32_t> ids = text_->ids;
    if (ids.size() > positions || state_ != nullptr) {
      ids = ids.last(std::max<size_t>(1, positions / 2));
    }
    const bool score = options_.log_probs && state_ == nullptr;
    state_ = model.Read(ids, logits, score ? &text_->log_probs : nullptr);
    length_ = ids.size();
  }

  // Draws from the logits after the text. Returns whether the text goes on.
  bool Draw(std::span<const float> logits, const DecodeHooks& hooks) {
    if (num_new_ >= options_.tokens) return false;
    allowed_.assign(logits.begin(),
                    logits.begin() + std::min<std::ptrdiff_t>(options_.vocab, std::ssize(logits)));
    if (options_.forbidden && text_->ids.back() == options_.forbidden->first) {
      allowed_[options_.forbidden->second] = -std::numeric_limits<float>::infinity();
    }
    const uint32_t token = SampleToken(allowed_, sampling_, random_);
    if (options_.log_probs) text_->log_probs.push_back(LogProb(logits, token));
    text_->ids.push_back(token);
    ++num_new_;
    if (options_.top_p_decay > 0) {
      sampling_.top_p = std::max(sampling_.top_p * options_.top_p_decay, options_.top_p_bound);
    }
    if (!hooks.take(index_, token)) return false;
    return num_new_ < options_.tokens && !options_.stop.Ends(text_->ids);
  }

  uint32_t last() const { return text_->ids.back(); }

  // Whether the model has room for the newest token.
  bool HasRoom(const TextModel& model) const {
    return length_ < static_cast<size_t>(model.positions());
  }

  void CountStep() { ++length_; }

 private:
  size_t index_;
  const DecodeOptions& options_;
  SamplingOptions sampling_;
  std::mt19937_64 random_;
  DecodedText* text_;
  std::unique_ptr<TextState> state_;
  size_t length_ = 0;  // tokens that the state holds
  int64_t num_new_ = 0;
  std::vector<float> allowed_;
};

class Decoding {
 public:
  Decoding(TextModel& model, const DecodeOptions& options, const DecodeHooks& hooks)
      : model_(model), options_(options), hooks_(hooks) {}

  void Run(std::vector<DecodedText>* texts) {
    size_t next = 0;
    while (!hooks_.cancelled()) {
      if (next < texts->size() && std::ssize(rows_) < model_.rows()) {
        Start(next, &(*texts)[next]);
        ++next;
      } else if (rows_.empty()) {
        return;
      } else {
        Step();
      }
    }
  }

 private:
  void Start(size_t index, DecodedText* text) {
    auto row = std::make_unique<Row>(index, options_, text);
    row->Read(model_, &logits_);
    if (row->Draw(logits_, hooks_)) rows_.push_back(std::move(row));
  }

  void Step() {
    MakeRoom();
    std::vector<TextState*> states;
    std::vector<uint32_t> tokens;
    for (const auto& row : rows_) {
      states.push_back(row->state());
      tokens.push_back(row->last());
      row->CountStep();
    }
    if (rows_.empty()) return;
    model_.Step(states, tokens, &logits_);
    const auto vocab = static_cast<size_t>(model_.vocab());
    size_t at = 0;
    std::erase_if(rows_, [&](const std::unique_ptr<Row>& row) {
      return !row->Draw(std::span(logits_).subspan(at++ * vocab, vocab), hooks_);
    });
  }

  // Rows that have filled the model end, or are read in again and draw, which may fill them again
  // where the model has one position.
  void MakeRoom() {
    std::erase_if(rows_, [this](const std::unique_ptr<Row>& row) {
      while (!row->HasRoom(model_)) {
        if (!options_.slide || hooks_.cancelled()) return true;
        row->Read(model_, &logits_);
        if (!row->Draw(logits_, hooks_)) return true;
      }
      return false;
    });
  }

  TextModel& model_;
  const DecodeOptions& options_;
  const DecodeHooks& hooks_;
  std::vector<std::unique_ptr<Row>> rows_;
  std::vector<float> logits_;
};

}  // namespace

std::vector<DecodedText> Decode(TextModel& model, std::span<const std::vector<uint32_t>> prompts,
                                const DecodeOptions& options, const DecodeHooks& hooks) {
  std::vector<DecodedText> texts(prompts.size());
  for (size_t i = 0; i < prompts.size(); ++i) texts[i].ids = prompts[i];
  Decoding(model, options, hooks).Run(&texts);
  return texts;
}

}  // namespace owt::trainer
