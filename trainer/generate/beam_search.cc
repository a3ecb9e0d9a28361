// Freitag and Al-Onaizan, Beam Search Strategies for Neural Machine Translation, 2017; where to cut
// and how to score as the reference that the header names.
#include "trainer/generate/beam_search.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

namespace owt::trainer {
namespace {

// A text that goes on.
struct Beam {
  std::vector<uint32_t> ids;
  std::vector<float> log_probs;
  double sum = 0;
  std::unique_ptr<TextState> state;
};

struct Successor {
  size_t beam;
  uint32_t token;
  float log_prob;
  double sum;
};

// log p of all tokens.
void LogSoftmax(std::span<const float> logits, std::vector<float>* out) {
  const float highest = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (const float logit : logits) sum += std::exp(static_cast<double>(logit - highest));
  const double log_sum = std::log(sum);
  out->clear();
  for (const float logit : logits) {
    out->push_back(static_cast<float>(static_cast<double>(logit - highest) - log_sum));
  }
}

class Search {
 public:
  Search(TextModel& model, std::span<const uint32_t> prompt, const BeamOptions& options)
      : model_(model), options_(options), width_(static_cast<size_t>(options.width)) {
    Beam first;
    first.ids.assign(prompt.begin(), prompt.end());
    first.state = model.Read(prompt, &logits_, nullptr);
    beams_.push_back(std::move(first));
  }

  std::vector<Hypothesis> Run(const std::function<bool()>& cancelled) {
    for (int64_t i = 0; i < options_.tokens && !cancelled(); ++i) {
      const std::vector<Successor> successors = i == 0 ? BestAfterPrompt() : BestAfterStep();
      if (successors.empty()) break;
      length_ = i + 1;
      Extend(successors);
      if (IsDone(successors[0].sum)) return std::move(found_);
    }
    for (Beam& beam : beams_) {
      if (!beam.log_probs.empty()) Keep(beam, beam.sum);
    }
    return std::move(found_);
  }

 private:
  std::vector<Successor> BestAfterPrompt() {
    std::vector<Successor> best;
    AddSuccessors(0, logits_, &best);
    return best;
  }

  // Steps rows() beams at a time: neither logits nor successors of all beams are ever there at
  // once.
  std::vector<Successor> BestAfterStep() {
    std::vector<Successor> best;
    const auto rows = static_cast<size_t>(model_.rows());
    const auto stride = static_cast<size_t>(model_.vocab());
    for (size_t begin = 0; begin < beams_.size(); begin += rows) {
      std::vector<TextState*> states;
      std::vector<uint32_t> tokens;
      for (size_t i = begin; i < std::min(begin + rows, beams_.size()); ++i) {
        states.push_back(beams_[i].state.get());
        tokens.push_back(beams_[i].ids.back());
      }
      model_.Step(states, tokens, &logits_);
      for (size_t i = 0; i < states.size(); ++i) {
        AddSuccessors(begin + i, std::span(logits_).subspan(i * stride, stride), &best);
      }
    }
    return best;
  }

  // Adds a beam's successors to the likeliest so far, the best first, and keeps 2 * width of them.
  void AddSuccessors(size_t beam, std::span<const float> logits, std::vector<Successor>* best) {
    LogSoftmax(logits, &log_probs_);
    for (uint32_t id = 0; id < std::min<size_t>(options_.vocab, logits.size()); ++id) {
      const double sum = beams_[beam].sum + log_probs_[id];
      if (std::isfinite(sum) && !IsForbidden(beams_[beam], id)) {
        best->push_back({beam, id, log_probs_[id], sum});
      }
    }
    const size_t kept = std::min(2 * width_, best->size());
    std::partial_sort(best->begin(), best->begin() + static_cast<std::ptrdiff_t>(kept), best->end(),
                      [](const Successor& a, const Successor& b) {
                        if (a.sum != b.sum) return a.sum > b.sum;
                        return a.beam != b.beam ? a.beam < b.beam : a.token < b.token;
                      });
    best->resize(kept);
  }

  bool IsForbidden(const Beam& beam, uint32_t id) const {
    const auto& pair = options_.forbidden;
    return pair && pair->second == id && pair->first == beam.ids.back();
  }

  void Extend(const std::vector<Successor>& successors) {
    std::vector<Successor> chosen;
    for (size_t rank = 0; rank < successors.size() && chosen.size() < width_; ++rank) {
      const Successor& successor = successors[rank];
      if (successor.token != options_.stop_token) {
        chosen.push_back(successor);
      } else if (rank < width_) {
        Keep(beams_[successor.beam], successor.sum);
      }
    }
    std::vector<size_t> uses(beams_.size());
    for (const Successor& successor : chosen) ++uses[successor.beam];
    std::vector<Beam> next;
    for (const Successor& successor : chosen) {
      Beam& from = beams_[successor.beam];
      const bool last_use = --uses[successor.beam] == 0;
      Beam beam{from.ids, from.log_probs, successor.sum,
                last_use ? std::move(from.state) : model_.Copy(*from.state)};
      beam.ids.push_back(successor.token);
      beam.log_probs.push_back(successor.log_prob);
      next.push_back(std::move(beam));
    }
    beams_ = std::move(next);
  }

  double Score(double sum) const {
    return sum / std::pow(static_cast<double>(length_), options_.length_penalty);
  }

  void Keep(const Beam& beam, double sum) {
    Hypothesis hypothesis{beam.ids, beam.log_probs, Score(sum)};
    const auto place = std::upper_bound(
        found_.begin(), found_.end(), hypothesis,
        [](const Hypothesis& a, const Hypothesis& b) { return a.score > b.score; });
    found_.insert(place, std::move(hypothesis));
    if (found_.size() > width_) found_.pop_back();
  }

  // Whether the best successor, which has the highest sum from now on, is no better.
  bool IsDone(double best_sum) const {
    return beams_.empty() || (found_.size() == width_ && found_.back().score >= Score(best_sum));
  }

  TextModel& model_;
  const BeamOptions& options_;
  size_t width_;
  int64_t length_ = 0;  // new tokens of the beams
  std::vector<Beam> beams_;
  std::vector<float> logits_, log_probs_;
  std::vector<Hypothesis> found_;  // the best first, at most width_
};

}  // namespace

std::vector<Hypothesis> BeamSearch(TextModel& model, std::span<const uint32_t> prompt,
                                   const BeamOptions& options,
                                   const std::function<bool()>& cancelled) {
  return Search(model, prompt, options).Run(cancelled);
}

}  // namespace owt::trainer
