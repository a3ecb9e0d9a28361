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

// Operations of a training step for each token of sequences of that length, as PaLM's report counts
// them (arXiv 2204.02311, B): six for each weight of a matrix product, and attention without
// regard to its mask. What is computed again does not count.
int64_t FlopsPerToken(const ModelConfig& config, int64_t sequence_length);

// The smallest multiple of `multiple` that holds `vocab_size` ids (Megatron's
// --make-vocab-size-divisible-by): 50257 -> 50304. The padding rows take part in the softmax.
int64_t PaddedVocab(int64_t vocab_size, int64_t multiple = 128);

// What the matrix products are computed in. Parameters, gradients and optimizer state are fp32.
// fp16 needs its loss scaled (LossScale).
enum class Precision { kFp32, kBf16, kFp16 };

const char* PrecisionName(Precision precision);

// What is computed again for the backward pass instead of being kept: nothing, the output of GELU
// (a quarter of what is kept), or each layer from its input (all but an eighth).
enum class Recompute { kNone, kSelective, kFull };

// How the learning rate falls after the warm-up. kWsd (warm up, stay, decay) stays at the top and
// falls at the end only, the way that WsdDecayStyle says.
enum class DecayStyle { kCosine, kLinear, kConstant, kWsd, kInverseSquareRoot };
enum class WsdDecayStyle { kExponential, kLinear, kCosine, kMinusSqrt };

// What the end of a document means inside a sample.
struct DocumentOptions {
  bool reset_positions = false;  // positions start at 0 behind it
  bool reset_attention = false;  // no token behind it sees it or what is before it
  bool mask_loss = false;        // what follows it is not predicted
  int64_t end_token = 50256;     // that document ends with

  bool any() const { return reset_positions || reset_attention || mask_loss; }

  bool operator==(const DocumentOptions&) const = default;
};

// Everything `owt train` needs to know. Names follow Megatron-LM's arguments.
struct TrainConfig {
  ModelConfig model;

  // Data: the words of --data (ParseDataBlend).
  std::vector<std::string> data;
  std::string data_cache_path;  // folder of sample indices; empty: beside the data
  static constexpr const char* kDefaultSplit = "969,30,1";
  std::string split = kDefaultSplit;
  int64_t sequence_length = 1024;
  DocumentOptions documents;

  // Batches, in samples of sequence_length tokens.
  int64_t micro_batch = 4;
  int64_t global_batch = 8;
  int64_t iterations = 1000;

  // Optimizer and schedule.
  double learning_rate = 6e-4;
  double min_learning_rate = 6e-5;
  DecayStyle decay_style = DecayStyle::kCosine;
  int64_t decay_iterations = 0;  // 0: iterations
  // The learning rate rises from warmup_init in these samples or iterations; where both are 0, in
  // this share of the decay.
  double warmup_init = 0;
  int64_t warmup_samples = 0;
  int64_t warmup_iterations = 0;
  double warmup_fraction = 0.01;
  WsdDecayStyle wsd_decay_style = WsdDecayStyle::kExponential;
  int64_t wsd_decay_iterations = 0;  // at the end of decay_iterations
  double weight_decay = 0.1;         // on parameters with two dimensions
  double beta1 = 0.9;
  double beta2 = 0.95;
  double epsilon = 1e-8;
  double clip_grad = 1.0;  // largest global L2 norm; 0: no clipping

  // fp16: a constant scale of the loss, or 0 for one that follows the overflows.
  double loss_scale = 0;
  double initial_loss_scale = 4294967296.0;
  double min_loss_scale = 1;
  int64_t loss_scale_window = 1000;
  int64_t hysteresis = 2;

  // A step whose loss or norm of gradients is that many standard deviations above the mean of the
  // last kSpikeWindow is skipped; 0: never.
  double skip_loss_zscore = 0;
  double skip_grad_norm_zscore = 0;
  int64_t rollback_after = 0;  // skipped steps in a row; 0: never

  // How to run.
  Precision precision = Precision::kFp32;
  Recompute recompute = Recompute::kNone;  // on a GPU only
  bool deterministic = false;              // on a GPU too
  std::string device = "cpu";
  int threads = 1;
  uint64_t seed = 1234;
  std::string save;              // folder of checkpoints, resumed from when it holds one; or empty
  std::string load;              // checkpoint to begin with where save has none; or empty
  bool finetune = false;         // takes its parameters only
  int64_t save_interval = 500;   // iterations
  int64_t keep_checkpoints = 0;  // the newest so many; 0: all
  bool async_save = false;       // written while training goes on, from a copy in memory
  std::string tokenizer;         // file of the data's, for checkpoints; empty: GPT-2's if it fits
  int64_t log_interval = 10;
  bool log_throughput = false;  // TFLOP/s, and their share of what a matrix product reaches
  std::string tensorboard_dir;  // or empty
  int64_t tensorboard_log_interval = 1;
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
