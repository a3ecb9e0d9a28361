#include <cstdint>
#include <map>
#include <string>

#include "formats/indexed_dataset.h"
#include "pipeline/context.h"
#include "pipeline/error.h"
#include "trainer/commands/commands.h"
#include "trainer/module.h"

namespace owt::trainer {
namespace {

constexpr int64_t kAny = int64_t{1} << 40;

const std::map<std::string, DecayStyle> kDecayStyles = {
    {"cosine", DecayStyle::kCosine},
    {"linear", DecayStyle::kLinear},
    {"constant", DecayStyle::kConstant},
    {"WSD", DecayStyle::kWsd},
    {"inverse-square-root", DecayStyle::kInverseSquareRoot}};
const std::map<std::string, WsdDecayStyle> kWsdDecayStyles = {
    {"exponential", WsdDecayStyle::kExponential},
    {"linear", WsdDecayStyle::kLinear},
    {"cosine", WsdDecayStyle::kCosine},
    {"minus_sqrt", WsdDecayStyle::kMinusSqrt}};
const std::map<std::string, Recompute> kRecomputes = {
    {"none", Recompute::kNone}, {"selective", Recompute::kSelective}, {"full", Recompute::kFull}};

class TrainCommand : public Stage {
 public:
  void Declare(OptionSet& options) override {
    DeclareModel(options);
    DeclareData(options);
    DeclareDocuments(options);
    DeclareSchedule(options);
    DeclareOptimizer(options);
    DeclarePrecision(options);
    DeclareCheckpoints(options);
    DeclareLogging(options);
    DeclareRunning(options);
    options.Example("owt train --config configs/tiny.toml --data my-gpt2_text_document --save run",
                    "trains a small model; the same command goes on after a stop");
    options.Example("owt train --data my-gpt2_text_document --save run --bf16 --device cuda",
                    "trains GPT-2 124M on a GPU");
    options.Example("owt train --load gpt2/ --finetune --data my-gpt2_text_document --save run",
                    "trains a model of Hugging Face's further");
    options.Example("owt train --data 3 books_text_document 1 web_text_document --save run",
                    "three samples of books for one of the web");
  }

  void Run(RunContext& context) override {
    const DataBlend blend = ParseDataBlend(config_.data);
    config_.model.vocab = PaddedVocab(vocab_size_, vocab_multiple_);
    config_.model.positions = positions_ > 0 ? positions_ : config_.sequence_length;
    config_.decay_style = kDecayStyles.at(decay_style_);
    config_.wsd_decay_style = kWsdDecayStyles.at(wsd_decay_style_);
    config_.recompute = kRecomputes.at(recompute_);
    if (bf16_ && fp16_) throw Error(ErrorKind::kUsage, "--bf16 and --fp16: give one of them");
    config_.precision = bf16_ ? Precision::kBf16 : fp16_ ? Precision::kFp16 : Precision::kFp32;
    config_.documents.end_token = end_token_ >= 0 ? end_token_ : vocab_size_ - 1;
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

  void DeclareDocuments(OptionSet& options) {
    DocumentOptions& documents = config_.documents;
    options.Group("Documents inside samples")
        .Flag("reset-position-ids", &documents.reset_positions,
              "positions start again behind the end of a document")
        .Flag("reset-attention-mask", &documents.reset_attention,
              "no token sees the documents before its own")
        .Flag("eod-mask-loss", &documents.mask_loss,
              "what follows the end of a document is not predicted")
        .Integer("eod-token", &end_token_, -1, 1 << 28,
                 "id that ends documents; -1 takes the last of --vocab-size");
  }

  void DeclareSchedule(OptionSet& options) {
    options.Group("Learning rate")
        .Real("lr", &config_.learning_rate, 0, 1e3, "highest learning rate")
        .Real("min-lr", &config_.min_learning_rate, 0, 1e3, "learning rate after the decay")
        .Choice("lr-decay-style", &decay_style_,
                {"cosine", "linear", "constant", "WSD", "inverse-square-root"},
                "how the learning rate falls")
        .Detail("WSD stays at the top and falls in the last --lr-wsd-decay-iters.")
        .Integer("lr-decay-iters", &config_.decay_iterations, 0, kAny,
                 "updates until --min-lr; 0 takes --train-iters")
        .Choice("lr-wsd-decay-style", &wsd_decay_style_,
                {"exponential", "linear", "cosine", "minus_sqrt"}, "how WSD falls at the end")
        .Integer("lr-wsd-decay-iters", &config_.wsd_decay_iterations, 0, kAny,
                 "updates in which WSD falls")
        .Real("lr-warmup-fraction", &config_.warmup_fraction, 0, 0.999,
              "share of the decay in which the learning rate rises")
        .Integer("lr-warmup-iters", &config_.warmup_iterations, 0, kAny,
                 "updates in which it rises, in place of the share")
        .Integer("lr-warmup-samples", &config_.warmup_samples, 0, kAny,
                 "samples in which it rises, in place of the share")
        .Real("lr-warmup-init", &config_.warmup_init, 0, 1e3, "where it rises from");
  }

  void DeclareOptimizer(OptionSet& options) {
    options.Group("Optimizer")
        .Real("weight-decay", &config_.weight_decay, 0, 1e3, "on matrices and embeddings only")
        .Real("adam-beta1", &config_.beta1, 0, 0.999999, "decay of the gradients' mean")
        .Real("adam-beta2", &config_.beta2, 0, 0.999999, "decay of the mean of their squares")
        .Real("adam-eps", &config_.epsilon, 1e-30, 1, "added to the denominator")
        .Real("clip-grad", &config_.clip_grad, 0, 1e9, "largest norm of all gradients; 0: any")
        .Real("skip-loss-zscore", &config_.skip_loss_zscore, 0, 1e9,
              "skip a step whose loss stands out by so much; 0: none")
        .Detail(
            "In standard deviations above the mean of the last 128 steps. A skipped step changes "
            "nothing; the next one takes the next samples.")
        .Real("skip-grad-norm-zscore", &config_.skip_grad_norm_zscore, 0, 1e9,
              "the same for the norm of all gradients")
        .Integer("rollback-after", &config_.rollback_after, 0, 20,
                 "skipped steps in a row until the run goes back; 0: never")
        .Detail(
            "To its newest checkpoint, and on with the samples behind those that were skipped; ten "
            "times at most. Steps count that stand out or are not finite.");
  }

  void DeclarePrecision(OptionSet& options) {
    options.Group("Precision")
        .Flag("bf16", &bf16_, "compute matrix products in bf16")
        .Flag("fp16", &fp16_, "compute them in fp16, with a scaled loss")
        .Real("loss-scale", &config_.loss_scale, 0, 1e30,
              "fp16: a constant scale; 0 lets it follow the overflows")
        .Real("initial-loss-scale", &config_.initial_loss_scale, 1e-30, 1e30,
              "fp16: the scale to begin with")
        .Real("min-loss-scale", &config_.min_loss_scale, 1e-30, 1e30, "fp16: the smallest scale")
        .Integer("loss-scale-window", &config_.loss_scale_window, 1, kAny,
                 "fp16: steps without overflow until the scale doubles")
        .Integer("hysteresis", &config_.hysteresis, 1, kAny, "fp16: overflows until it is halved");
  }

  void DeclareCheckpoints(OptionSet& options) {
    options.Group("Checkpoints")
        .Text("save", &config_.save, "DIR", "folder of checkpoints; resumed from if it has one")
        .Text("load", &config_.load, "PATH", "checkpoint to begin with where --save has none")
        .Detail(
            "A folder that owt train wrote, of which the run then goes on; with --finetune any "
            "model that owt reads. The sizes of the model are those of the checkpoint, whatever "
            "the options under Model say.")
        .Flag("finetune", &config_.finetune,
              "take only the parameters of --load; the run begins at 0")
        .File("tokenizer", &config_.tokenizer,
              "the data's, if it is not GPT-2's; goes into checkpoints")
        .RunOnly()
        .Integer("save-interval", &config_.save_interval, 1, kAny, "updates between checkpoints")
        .Integer("keep-checkpoints", &config_.keep_checkpoints, 0, kAny,
                 "remove all but the newest so many; 0 keeps all")
        .Flag("async-save", &config_.async_save,
              "go on training while a copy in memory is written");
  }

  void DeclareLogging(OptionSet& options) {
    options.Group("Logging and validation")
        .Integer("log-interval", &config_.log_interval, 1, kAny, "updates between lines")
        .Detail("Each line also goes into metrics.jsonl in the folder of --save.")
        .Flag("log-throughput", &config_.log_throughput,
              "log TFLOP/s, and their share of a matrix product's (MFU)")
        .Detail(
            "The operations of a step are counted as PaLM's report does; the product is measured "
            "at the start.")
        .Text("tensorboard-dir", &config_.tensorboard_dir, "DIR",
              "write TensorBoard's event files there")
        .Integer("tensorboard-log-interval", &config_.tensorboard_log_interval, 1, kAny,
                 "updates between TensorBoard's points")
        .Integer("eval-interval", &config_.eval_interval, 0, kAny,
                 "updates between validations; 0: none")
        .Integer("eval-iters", &config_.eval_iterations, 1, kAny, "global batches per validation");
  }

  void DeclareRunning(OptionSet& options) {
    options.Group("Running")
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
  int64_t end_token_ = -1;
  std::string decay_style_ = "cosine", wsd_decay_style_ = "exponential", recompute_ = "none";
  bool bf16_ = false, fp16_ = false;
  int workers_ = 0;
};

}  // namespace

std::unique_ptr<Stage> MakeTrain() { return std::make_unique<TrainCommand>(); }

}  // namespace owt::trainer
