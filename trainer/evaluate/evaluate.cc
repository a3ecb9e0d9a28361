// A product of matrices adds up in an order that depends on their shapes and on the number of
// threads, so a row's score would depend on the rows beside it. Here no row has any: each is
// computed alone, at its own length, by operators that take one thread, and rows run beside each
// other on threads of their own.
#include "trainer/evaluate/evaluate.h"

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include <algorithm>

#include "pipeline/error.h"
#include "trainer/checkpoint/checkpoint.h"
#include "trainer/checkpoint/folder.h"
#include "trainer/data/batch.h"
#include "trainer/device.h"
#include "trainer/evaluate/ordered_work.h"
#include "trainer/evaluate/row_scorer.h"
#include "trainer/model/autocast.h"

namespace owt::trainer {
namespace {

constexpr size_t kRowsAhead = 16;  // per thread, that wait for an earlier one

void CheckRow(const ScoreRow& row, const ModelConfig& model) {
  const size_t most = static_cast<size_t>(model.positions) + 1;
  if (row.num_scored == 0 || row.num_scored >= row.ids.size() || row.ids.size() > most) {
    throw Error(ErrorKind::kInternal,
                fmt::format("a row of {} ids, {} of them scored, for a model of {} positions",
                            row.ids.size(), row.num_scored, model.positions));
  }
  for (const uint32_t id : row.ids) {
    if (id >= model.vocab) {
      throw Error(ErrorKind::kInput,
                  fmt::format("token {} is outside the model's vocabulary of {}", id, model.vocab));
    }
  }
}

// Puts LibTorch's number of threads back.
class ThreadsKept {
 public:
  ThreadsKept() : threads_(at::get_num_threads()) {}

  ~ThreadsKept() { at::set_num_threads(threads_); }

  ThreadsKept(const ThreadsKept&) = delete;
  ThreadsKept& operator=(const ThreadsKept&) = delete;

 private:
  int threads_;
};

}  // namespace

void ScoreRows(const Gpt2& model, Precision precision, int rows, const NextRow& next,
               const TakeScore& take, const std::function<bool()>& cancelled) {
  const ThreadsKept kept;
  const RowScorer scorer(model, precision);
  const int workers = model.device().is_cpu() ? rows : 1;
  OrderedWork<ScoreRow, RowScore> work(
      kRowsAhead * static_cast<size_t>(workers),
      [&](ScoreRow* row) {
        if (cancelled()) throw Error(ErrorKind::kInterrupted, "interrupted");
        if (!next(row)) return false;
        CheckRow(*row, model.config());
        return true;
      },
      [&](const ScoreRow& row) { return scorer.Score(row); }, take);
  work.Run(workers, [&](const std::function<void()>& loop) {
    at::set_num_threads(1);
    const at::NoGradGuard no_grad;
    const Autocast autocast(precision, model.device().type());
    loop();
  });
}

void Score(const ScoreConfig& config, const MakeRows& make_rows, const TakeScore& take,
           const Hooks& hooks) {
  SetThreads(config.run.threads);
  const at::Device device = OpenDevice(config.run.device);
  const std::string checkpoint = ResolveCheckpoint(config.run.checkpoint);
  const Gpt2 model(ReadModelConfig(checkpoint), device);
  LoadParameters(checkpoint, model);
  hooks.log(
      fmt::format("evaluating {} ({} parameters)", checkpoint, CountParameters(model.config())));
  const int threads = config.run.threads;
  const int rows =
      config.rows == 0 ? threads : static_cast<int>(std::min<int64_t>(config.rows, threads));
  ScoreRows(model, config.run.precision, rows, make_rows(model.config()), take, hooks.cancelled);
}

}  // namespace owt::trainer
