#include "trainer/checkpoint/saver.h"

#include <fmt/format.h>

#include <chrono>
#include <memory>

#include "trainer/checkpoint/folder.h"

namespace owt::trainer {
namespace {

std::string SaveAndClean(const CheckpointContent& content, const std::string& save, int64_t keep) {
  const auto start = std::chrono::steady_clock::now();
  const std::string path = content.Save(save);
  if (keep > 0) RemoveOldCheckpoints(save, keep);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  return fmt::format("saved {} in {:.1f} s", path, seconds.count());
}

}  // namespace

CheckpointSaver::~CheckpointSaver() {
  if (saving_.valid()) saving_.wait();
}

void CheckpointSaver::Save(const Gpt2& model, const AdamW& optimizer, const TrainState& state) {
  Wait();
  if (!config_.async_save) {
    say_(SaveAndClean(CheckpointContent(model, optimizer, state, tokenizer_, /*copy=*/false),
                      config_.save, config_.keep_checkpoints));
    return;
  }
  auto content = std::make_shared<const CheckpointContent>(model, optimizer, state, tokenizer_,
                                                           /*copy=*/true);
  saving_ = std::async(std::launch::async,
                       [content, save = config_.save, keep = config_.keep_checkpoints] {
                         return SaveAndClean(*content, save, keep);
                       });
}

void CheckpointSaver::Wait() {
  if (saving_.valid()) say_(saving_.get());
}

}  // namespace owt::trainer
