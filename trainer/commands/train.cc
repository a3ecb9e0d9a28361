#include <cstdint>
#include <string>

#include "formats/indexed_dataset.h"
#include "pipeline/context.h"
#include "pipeline/error.h"
#include "trainer/commands/commands.h"
#include "trainer/module.h"

namespace owt::trainer {
namespace {

constexpr int64_t kAny = int64_t{1} << 40;

class TrainCommand : public Stage {
 public:
  void Declare(OptionSet& options) override {
    DeclareModel(options);
    DeclareData(options);
    DeclareOptimizer(options);
    DeclareRunning(options);
    options.Example("owt train --config configs/tiny.toml --data my-gpt2_text_document --save run",
                    "trains a small model; the same command goes on after a stop");
    options.Example("owt train --data my-gpt2_text_document --save run --bf16 --device cuda",
                    "trains GPT-2 124M on a GPU");
    options.Example("owt train --data 3 books_text_document 1 web_text_document --save run",
                    "three samples of books for one of the web");
  }

  void Run(RunContext& context) override {
    const DataBlend blend = ParseDataBlend(config_.data);
    config_.model.vocab = PaddedVocab(vocab_size_, vocab_multiple_);
    config_.model.positions = positions_ > 0 ? positions_ : config_.sequence_length;
    config_.decay_style = decay_style_ == "cosine"   ? DecayStyle::kCosine
                          : decay_style_ == "linear" ? DecayStyle::kLinear
                                                     : DecayStyle::kConstant;
    config_.recompute = recompute_ == "full"        ? Recompute::kFull
                        : recompute_ == "selective" ? Recompute::kSelective
                                                    : Recompute::kNone;
    config_.precision = bf16_ ? Precision::kBf16 : Precision::kFp32;
    config_.threads = ThreadsFor(workers_);
    Validate(config_);
    // Says what is wrong with the data before LibTorch is loaded.
    for (const std::string& prefix : blend.prefixes) {
      formats::IndexedDataset{formats::IndexedDatasetPaths::Of(prefix)};
    }
    LoadTrainer().train(config_, HooksOf(context));
  }

 private:
  void DeclareModel(OptionSet& options) {
    ModelConfig& model = config_.model;
    options.Group("Model")
        .Integer("num-layers", &model.layers, 1, 1000, "transformer blocks")
        .Integer("hidden-size", &model.hidden, 1, 1 << 17, "width of the residual stream")
        .Integer("num-attention-heads", &model.heads, 1, 1 << 10, "heads; divides the width")
        .Integer("max-position-embeddings", &positions_, 0, 1 << 24,
                 "longest sequence; 0 takes --seq-length")
        .Integer("vocab-size", &vocab_size_, 1, 1 << 28, "ids of the tokenizer")
        .Integer("make-vocab-size-divisible-by", &vocab_multiple_, 1, 1 << 16,
                 "the embedding is padded to a multiple of this")
        .Real("dropout", &model.dropout, 0, 0.99, "of embeddings, attention and residual branches");
  }

  void DeclareData(OptionSet& options) {
    options.Group("Data and batches")
        .List("data", &config_.data, "[W] PREFIX",
              "PREFIX.bin and PREFIX.idx; or several, mixed by weights")
        .ManyWords()
        .Detail(
            "--data 3 books 1 web takes three samples of books for one of web. Without weights "
            "several datasets are mixed by the samples of one epoch of each, as Megatron-LM does.")
        .Text("data-cache-path", &config_.data_cache_path, "DIR",
              "where sample indices are kept; else in .owt-index-cache beside the data")
        .RunOnly()
        .Text("split", &config_.split, "A,B,C", "shares of training, validation and test")
        .Integer("seq-length", &config_.sequence_length, 1, 1 << 24, "tokens per sample")
        .Integer("micro-batch-size", &config_.micro_batch, 1, 1 << 20,
                 "samples that are computed at a time")
        .Integer("global-batch-size", &config_.global_batch, 1, 1 << 24,
                 "samples per update; a multiple of --micro-batch-size")
        .Integer("train-iters", &config_.iterations, 1, kAny, "updates in all");
  }

  void DeclareOptimizer(OptionSet& options) {
    options.Group("Optimizer")
        .Real("lr", &config_.learning_rate, 0, 1e3, "highest learning rate")
        .Real("min-lr", &config_.min_learning_rate, 0, 1e3, "learning rate after the decay")
        .Choice("lr-decay-style", &decay_style_, {"cosine", "linear", "constant"},
                "how the learning rate falls")
        .Integer("lr-decay-iters", &config_.decay_iterations, 0, kAny,
                 "updates until --min-lr; 0 takes --train-iters")
        .Real("lr-warmup-fraction", &config_.warmup_fraction, 0, 0.999,
              "share of the decay in which the learning rate rises from 0")
        .Real("weight-decay", &config_.weight_decay, 0, 1e3, "on matrices and embeddings only")
        .Real("adam-beta1", &config_.beta1, 0, 0.999999, "decay of the gradients' mean")
        .Real("adam-beta2", &config_.beta2, 0, 0.999999, "decay of the mean of their squares")
        .Real("adam-eps", &config_.epsilon, 1e-30, 1, "added to the denominator")
        .Real("clip-grad", &config_.clip_grad, 0, 1e9, "largest norm of all gradients; 0: any");
  }

  void DeclareRunning(OptionSet& options) {
    options.Group("Running")
        .Text("save", &config_.save, "DIR", "folder of checkpoints; resumed from if it has one")
        .File("tokenizer", &config_.tokenizer,
              "the data's, if it is not GPT-2's; goes into checkpoints")
        .RunOnly()
        .Integer("save-interval", &config_.save_interval, 1, kAny, "updates between checkpoints")
        .Integer("log-interval", &config_.log_interval, 1, kAny, "updates between lines")
        .Integer("eval-interval", &config_.eval_interval, 0, kAny,
                 "updates between validations; 0: none")
        .Integer("eval-iters", &config_.eval_iterations, 1, kAny, "global batches per validation")
        .Flag("bf16", &bf16_, "compute matrix products in bf16")
        .Choice("recompute", &recompute_, {"none", "selective", "full"},
                "what a GPU computes again instead of keeping it")
        .Detail(
            "To save memory: selective, the output of GELU, a quarter of what a step keeps; full, "
            "each layer from its input, all but an eighth, for a third more arithmetic. The "
            "numbers are the same.")
        .Flag("deterministic-mode", &config_.deterministic,
              "the same bytes in every run on a GPU too, by a slower attention")
        .Text("device", &config_.device, "NAME", "cpu, cuda or cuda:N")
        .Integer("seed", &config_.seed, 0, UINT32_MAX, "of parameters, data order and dropout")
        .Integer("workers", &workers_, 0, 4096, "threads; 0 takes one per core")
        .Short('j')
        .Detail("Runs are the same to the bit only with the same number of threads.");
  }

  TrainConfig config_;
  int64_t positions_ = 0, vocab_size_ = 50257, vocab_multiple_ = 128;
  std::string decay_style_ = "cosine", recompute_ = "none";
  bool bf16_ = false;
  int workers_ = 0;
};

}  // namespace

std::unique_ptr<Stage> MakeTrain() { return std::make_unique<TrainCommand>(); }

}  // namespace owt::trainer
