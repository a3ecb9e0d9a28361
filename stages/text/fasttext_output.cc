#include "stages/text/fasttext_output.h"

#include <algorithm>
#include <cmath>

#include "stages/text/fasttext_input.h"

// The arithmetic is that of fastText's Loss and its kin (https://github.com/facebookresearch/
// fastText, src/loss.cc): where it goes from float to double and back, so do we, and every sum has
// its order. What differs is that 16 rows are multiplied side by side.

namespace owt::text {
namespace {

using Scored = std::pair<float, int32_t>;

bool IsLikelier(const Scored& a, const Scored& b) { return a.first > b.first; }

// fastText's logarithm, which knows no minus infinity.
float Log(float x) { return static_cast<float>(std::log(static_cast<double>(x) + 1e-5)); }

// Keeps the `most` likeliest in a heap with the least likely in front.
void Keep(Scored scored, size_t most, std::vector<Scored>* best) {
  best->push_back(scored);
  std::push_heap(best->begin(), best->end(), IsLikelier);
  if (best->size() > most) {
    std::pop_heap(best->begin(), best->end(), IsLikelier);
    best->pop_back();
  }
}

constexpr int kSigmoidSteps = 512;
constexpr float kMaxSigmoid = 8;

std::vector<float> SigmoidTable() {
  std::vector<float> table;
  for (int i = 0; i <= kSigmoidSteps; ++i) {
    const float x = static_cast<float>(i * 16) / kSigmoidSteps - kMaxSigmoid;
    table.push_back(static_cast<float>(1.0 / (1.0 + static_cast<double>(std::exp(-x)))));
  }
  return table;
}

float Sigmoid(const std::vector<float>& table, float x) {
  if (std::isnan(x)) return x;
  if (x < -kMaxSigmoid) return 0;
  if (x > kMaxSigmoid) return 1;
  return table[static_cast<size_t>((x + kMaxSigmoid) * kSigmoidSteps / kMaxSigmoid / 2)];
}

}  // namespace

FasttextOutput::FasttextOutput(const formats::FasttextModel& model)
    : loss_(model.arguments.loss),
      num_labels_(model.labels.size()),
      columns_(static_cast<size_t>(model.output.columns)) {
  std::vector<uint32_t> row_order;
  if (loss_ == formats::FasttextLoss::kHierarchicalSoftmax) {
    BuildTree(model.labels, &row_order);
  } else {
    for (uint32_t row = 0; row < num_labels_; ++row) row_order.push_back(row);
  }
  if (loss_ != formats::FasttextLoss::kSoftmax) sigmoid_ = SigmoidTable();
  LoadRows(model.output, row_order);
}

// Huffman's tree as fastText builds it from the labels' counts, which fall from label to label:
// two queues, leaves from the last label on and inner nodes from the first made. Its inner node I
// has row I of the matrix; here nodes are numbered from the root on, so that those which most
// texts visit share a block.
void FasttextOutput::BuildTree(const std::vector<formats::FasttextLabel>& labels,
                               std::vector<uint32_t>* row_order) {
  struct Made {
    int32_t left, right;
    int64_t count;
  };

  const auto num = static_cast<int32_t>(labels.size());
  constexpr int64_t kNotMade = 1'000'000'000'000'000;
  std::vector<Made> made;  // fastText's nodes from `num` on
  int32_t leaf = num - 1;
  size_t inner = 0;
  for (int32_t i = 1; i < num; ++i) {
    int32_t children[2];
    int64_t count = 0;
    for (int32_t& child : children) {
      const int64_t least_inner = inner < made.size() ? made[inner].count : kNotMade;
      if (leaf >= 0 && labels[static_cast<size_t>(leaf)].count < least_inner) {
        count += labels[static_cast<size_t>(leaf)].count;
        child = ~leaf--;
      } else {
        count += least_inner;
        child = static_cast<int32_t>(inner++);
      }
    }
    made.push_back({children[0], children[1], count});
  }
  if (made.empty()) return;
  row_order->push_back(static_cast<uint32_t>(made.size() - 1));
  for (size_t i = 0; i < row_order->size(); ++i) {
    const Made& from = made[(*row_order)[i]];
    Node node;
    for (const auto& [child, number] :
         {std::pair(from.left, &node.left), {from.right, &node.right}}) {
      *number = child < 0 ? child : static_cast<int32_t>(row_order->size());
      if (child >= 0) row_order->push_back(static_cast<uint32_t>(child));
    }
    nodes_.push_back(node);
  }
}

void FasttextOutput::LoadRows(const formats::FasttextMatrix& matrix,
                              const std::vector<uint32_t>& row_order) {
  const std::vector<float> centroids = LoadFloats(matrix.quantizer.centroids);
  const std::vector<float> norms = LoadFloats(matrix.norms);
  num_blocks_ = (row_order.size() + kLanes - 1) / kLanes;
  weights_.resize(num_blocks_ * columns_ * kLanes);
  if (!norms.empty()) norms_.resize(num_blocks_ * kLanes);
  std::vector<float> row(columns_);
  for (size_t i = 0; i < row_order.size(); ++i) {
    const uint32_t from = row_order[i];
    if (matrix.quantized) {
      std::fill(row.begin(), row.end(), 0.f);
      AddFasttextCodes(matrix, centroids, from, 1, row.data());
    } else {
      row = LoadFloats(
          matrix.floats.substr(size_t{from} * columns_ * sizeof(float), columns_ * sizeof(float)));
    }
    if (!norms.empty()) norms_[i] = norms[static_cast<uint8_t>(matrix.norm_codes[from])];
    float* to = weights_.data() + i / kLanes * columns_ * kLanes + i % kLanes;
    for (size_t column = 0; column < columns_; ++column) to[column * kLanes] = row[column];
  }
}

void FasttextOutput::MultiplyBlock(size_t block, const float* mean, float* products) const {
  const float* weights = weights_.data() + block * columns_ * kLanes;
  float sums[kLanes] = {};
  for (size_t column = 0; column < columns_; ++column, weights += kLanes) {
    for (size_t lane = 0; lane < kLanes; ++lane) sums[lane] += weights[lane] * mean[column];
  }
  for (size_t lane = 0; lane < kLanes; ++lane) {
    products[lane] = norms_.empty() ? sums[lane] : sums[lane] * norms_[block * kLanes + lane];
  }
}

void FasttextOutput::ScoreLabels(const float* mean, Scratch* scratch) const {
  std::vector<float>& scores = scratch->scores;
  scores.resize(num_blocks_ * kLanes);
  for (size_t block = 0; block < num_blocks_; ++block) {
    MultiplyBlock(block, mean, scores.data() + block * kLanes);
  }
  scores.resize(num_labels_);
  if (loss_ != formats::FasttextLoss::kSoftmax) {
    for (float& score : scores) score = Sigmoid(sigmoid_, score);
    return;
  }
  float max = scores[0];
  for (const float score : scores) max = std::max(score, max);
  float sum = 0;
  for (float& score : scores) {
    score = static_cast<float>(std::exp(static_cast<double>(score - max)));
    sum += score;
  }
  for (float& score : scores) score /= sum;
}

void FasttextOutput::KeepBest(size_t most, float least, Scratch* scratch) const {
  // What is farther below the worst that is kept than its logarithm can hide.
  constexpr float kClearlyLess = 0.9999f;
  float clearly_less = -1;
  for (size_t i = 0; i < num_labels_; ++i) {
    const float score = scratch->scores[i];
    if (std::isnan(score) || score < least || score < clearly_less) continue;
    const float log_score = Log(score);
    const bool full = scratch->best.size() == most;
    if (full && log_score < scratch->best.front().first) continue;
    Keep({log_score, static_cast<int32_t>(i)}, most, &scratch->best);
    if (scratch->best.size() < most) continue;
    const auto worst = static_cast<size_t>(scratch->best.front().second);
    clearly_less = (scratch->scores[worst] + 1e-5f) * kClearlyLess - 1e-5f;
  }
}

float FasttextOutput::NodeProduct(int32_t node, const float* mean, Scratch* scratch) const {
  const auto i = static_cast<size_t>(node);
  const size_t block = i / kLanes;
  if (scratch->known[block] != scratch->text) {
    MultiplyBlock(block, mean, scratch->scores.data() + block * kLanes);
    scratch->known[block] = scratch->text;
  }
  return scratch->scores[i];
}

// Depth first, the left child before the right one, without what cannot reach the best found.
void FasttextOutput::SearchTree(const float* mean, size_t most, float least,
                                Scratch* scratch) const {
  scratch->scores.resize(num_blocks_ * kLanes);
  if (scratch->known.size() != num_blocks_ || ++scratch->text == 0) {
    scratch->known.assign(num_blocks_, 0);
    scratch->text = 1;
  }
  const float least_log = Log(least);
  std::vector<Scored>& best = scratch->best;
  scratch->open.assign(1, {nodes_.empty() ? ~0 : 0, 0.f});
  while (!scratch->open.empty()) {
    const auto [node, score] = scratch->open.back();
    scratch->open.pop_back();
    if (std::isnan(score) || score < least_log) continue;
    if (best.size() == most && score < best.front().first) continue;
    if (node < 0) {
      Keep({score, ~node}, most, &best);
      continue;
    }
    const float power = std::exp(-NodeProduct(node, mean, scratch));
    const auto right = static_cast<float>(1. / static_cast<double>(1 + power));
    const auto left = static_cast<float>(1.0 - static_cast<double>(right));
    scratch->open.push_back({nodes_[static_cast<size_t>(node)].right, score + Log(right)});
    scratch->open.push_back({nodes_[static_cast<size_t>(node)].left, score + Log(left)});
  }
}

void FasttextOutput::Predict(const float* mean, size_t most, float least, Scratch* scratch) const {
  scratch->best.clear();
  if (loss_ == formats::FasttextLoss::kHierarchicalSoftmax) {
    SearchTree(mean, most, least, scratch);
  } else {
    ScoreLabels(mean, scratch);
    KeepBest(most, least, scratch);
  }
  std::sort_heap(scratch->best.begin(), scratch->best.end(), IsLikelier);
  scratch->predictions.clear();
  for (const auto& [score, label] : scratch->best) {
    scratch->predictions.push_back({label, std::exp(score)});
  }
}

}  // namespace owt::text
