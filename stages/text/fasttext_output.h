#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "formats/fasttext_model.h"

namespace owt::text {

struct FasttextPrediction {
  int32_t label = 0;
  float probability = 0;  // fastText's, which may pass 1 by some 1e-5
};

// From the mean of a text's features to its labels. Immutable; any number of threads may read.
class FasttextOutput {
 public:
  // Memory of a thread that is kept between texts.
  struct Scratch {
    std::vector<float> scores;                    // of all labels, or of nodes of the tree
    std::vector<uint32_t> known;                  // by block of nodes: the text they were made for
    uint32_t text = 0;                            // its number
    std::vector<std::pair<int32_t, float>> open;  // nodes to visit, and their log probabilities
    std::vector<std::pair<float, int32_t>> best;  // a heap: log probability, label
    std::vector<FasttextPrediction> predictions;
  };

  // Copies what it needs of `model`, in an order that suits the processor.
  explicit FasttextOutput(const formats::FasttextModel& model);

  // The `most` likeliest labels of those with a probability of `least` or more, the likeliest
  // first, into scratch->predictions; equal to fastText's predictions in order and every bit.
  // Labels whose probability is not a number are left out. REQUIRES: most > 0.
  void Predict(const float* mean, size_t most, float least, Scratch* scratch) const;

 private:
  static constexpr size_t kLanes = 16;  // rows of a block, multiplied at once

  struct Node {
    int32_t left = 0, right = 0;  // inner nodes from 0, label L as ~L
  };

  void BuildTree(const std::vector<formats::FasttextLabel>& labels,
                 std::vector<uint32_t>* row_order);
  void LoadRows(const formats::FasttextMatrix& matrix, const std::vector<uint32_t>& row_order);
  void MultiplyBlock(size_t block, const float* mean, float* products) const;
  void ScoreLabels(const float* mean, Scratch* scratch) const;
  void KeepBest(size_t most, float least, Scratch* scratch) const;
  void SearchTree(const float* mean, size_t most, float least, Scratch* scratch) const;
  float NodeProduct(int32_t node, const float* mean, Scratch* scratch) const;

  formats::FasttextLoss loss_;
  size_t num_labels_;
  size_t columns_;
  size_t num_blocks_ = 0;
  std::vector<float> weights_;  // [block][column][lane]
  std::vector<float> norms_;    // [block][lane], or none
  std::vector<Node> nodes_;     // of a hierarchical softmax, from the root on, level by level
  std::vector<float> sigmoid_;  // of one against all
};

}  // namespace owt::text
