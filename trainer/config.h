#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace owt::trainer {

// The sizes that make a GPT-2; the defaults are its smallest published model (124M).
struct ModelConfig {
  int64_t layers = 12;
  int64_t hidden = 768;      // width of the residual stream
  int64_t heads = 12;        // divides hidden
  int64_t positions = 1024;  // longest sequence
  int64_t vocab = 50304;     // rows of the embedding, padding included
  double dropout = 0.0;      // of embeddings, attention weights and both residual branches
  bool exact_gelu = false;   // by erf, as nanoGPT's; else GPT-2's approximation by tanh

  bool operator==(const ModelConfig&) const = default;
};

// Throws Error{kUsage} naming the first size that is out of range or does not divide.
void Validate(const ModelConfig& config);

// Elements of all parameters; the tied head counts once. 124,475,904 for the defaults.
int64_t CountParameters(const ModelConfig& config);

// The smallest multiple of `multiple` that holds `vocab_size` ids (Megatron's
// --make-vocab-size-divisible-by): 50257 -> 50304. The padding rows take part in the softmax.
int64_t PaddedVocab(int64_t vocab_size, int64_t multiple = 128);

// What the matrix products are computed in. Parameters, gradients and optimizer state are fp32.
enum class Precision { kFp32, kBf16 };

// What is computed again for the backward pass instead of being kept: nothing, the output of GELU
// (a quarter of what is kept), or each layer from its input (all but an eighth).
enum class Recompute { kNone, kSelective, kFull };

// How the learning rate falls after the warm-up.
enum class DecayStyle { kCosine, kLinear, kConstant };

// Everything `owt train` needs to know. Names follow Megatron-LM's arguments.
struct TrainConfig {
  ModelConfig model;

  // Data: the words of --data (ParseDataBlend).
  std::vector<std::string> data;
  std::string data_cache_path;  // folder of sample indices; empty: beside the data
  static constexpr const char* kDefaultSplit = "969,30,1";
  std::string split = kDefaultSplit;
  int64_t sequence_length = 1024;

  // Batches, in samples of sequence_length tokens.
  int64_t micro_batch = 4;
  int64_t global_batch = 8;
  int64_t iterations = 1000;

  // Optimizer and schedule.
  double learning_rate = 6e-4;
  double min_learning_rate = 6e-5;
  DecayStyle decay_style = DecayStyle::kCosine;
  int64_t decay_iterations = 0;   // 0: iterations
  double warmup_fraction = 0.01;  // of decay_iterations
  double weight_decay = 0.1;      // on parameters with two dimensions
  double beta1 = 0.9;
  double beta2 = 0.95;
  double epsilon = 1e-8;
  double clip_grad = 1.0;  // largest global L2 norm; 0: no clipping

  // How to run.
  Precision precision = Precision::kFp32;
  Recompute recompute = Recompute::kNone;  // on a GPU only
  bool deterministic = false;              // on a GPU too
  std::string device = "cpu";
  int threads = 1;
  uint64_t seed = 1234;
  std::string save;             // folder of checkpoints, resumed from when it holds one; or empty
  int64_t save_interval = 500;  // iterations
  std::string tokenizer;        // file of the data's, for checkpoints; empty: GPT-2's if it fits
  int64_t log_interval = 10;
  int64_t eval_interval = 250;  // 0: never
  int64_t eval_iterations = 10;
};

// The datasets PREFIX.bin, PREFIX.idx to train on.
struct DataBlend {
  std::vector<std::string> prefixes;
  std::vector<double> weights;  // of each, not normalized; none: by their samples
};

// Reads PREFIX, PREFIX1 PREFIX2 ... or W1 PREFIX1 W2 PREFIX2 ..., as Megatron-LM's --data-path:
// weights are what makes every other word a number. Throws Error{kUsage} for no word, weights for
// some datasets only, and weights that are not above zero.
DataBlend ParseDataBlend(const std::vector<std::string>& words);

// Throws Error{kUsage} naming the option that is out of range or contradicts another.
void Validate(const TrainConfig& config);

}  // namespace owt::trainer
