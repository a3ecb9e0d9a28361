#include "formats/bzip2_blocks.h"

#include <oneapi/tbb/task_arena.h>

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <utility>
#include <vector>

// Entries wait in a queue, oldest first. At most workers - 1 tasks are alive; each decodes one
// entry and hands over to a successor, so that other work of the same workers gets its turn. The
// reader takes from the same queue until the entry it needs is done. Nobody waits for an entry that
// no thread has begun, so there is no deadlock however few threads oneTBB has.

namespace owt::formats {

struct Bzip2Blocks::Entry : Item {
  bool is_done = false;      // guarded by Shared::mutex_, as are slice and block until it is set
  std::exception_ptr error;  // of Decode
};

class Bzip2Blocks::Shared : public std::enable_shared_from_this<Shared> {
 public:
  explicit Shared(int max_tasks) : max_tasks_(max_tasks) {}

  void Add(std::shared_ptr<Entry> entry) {
    {
      const std::lock_guard lock(mutex_);
      waiting_.push_back(std::move(entry));
      if (num_tasks_ == max_tasks_) return;
      ++num_tasks_;
    }
    StartTask();
  }

  // Returns when `entry` is decoded.
  void Finish(const Entry& entry) {
    std::unique_lock lock(mutex_);
    while (!entry.is_done) {
      if (waiting_.empty()) {
        done_.wait(lock);
      } else {
        DecodeOldest(&lock);
      }
    }
    if (entry.error) std::rethrow_exception(entry.error);
  }

  Bzip2Block Decode(const Bzip2Slice& slice) {
    Bzip2Block block;
    auto decoder = TakeDecoder();
    decoder->Decode(slice, &block);
    const std::lock_guard lock(mutex_);
    idle_decoders_.push_back(std::move(decoder));
    return block;
  }

  // Nothing that waits is decoded any more.
  void Cancel() {
    const std::lock_guard lock(mutex_);
    waiting_.clear();
  }

 private:
  void StartTask() {
    tbb::this_task_arena::enqueue([self = shared_from_this()] { self->RunTask(); });
  }

  void RunTask() {
    std::unique_lock lock(mutex_);
    if (!waiting_.empty()) DecodeOldest(&lock);
    if (waiting_.empty()) {
      --num_tasks_;
      return;
    }
    lock.unlock();
    StartTask();
  }

  // REQUIRES: the mutex is held, and something waits. Releases it meanwhile.
  void DecodeOldest(std::unique_lock<std::mutex>* lock) {
    const std::shared_ptr<Entry> entry = std::move(waiting_.front());
    waiting_.pop_front();
    lock->unlock();
    try {
      entry->block = Decode(entry->slice);
    } catch (...) {
      entry->error = std::current_exception();
    }
    lock->lock();
    entry->is_done = true;
    done_.notify_all();
  }

  std::unique_ptr<Bzip2BlockDecoder> TakeDecoder() {
    {
      const std::lock_guard lock(mutex_);
      if (!idle_decoders_.empty()) {
        auto decoder = std::move(idle_decoders_.back());
        idle_decoders_.pop_back();
        return decoder;
      }
    }
    return std::make_unique<Bzip2BlockDecoder>();
  }

  const int max_tasks_;
  std::mutex mutex_;
  std::condition_variable done_;
  std::deque<std::shared_ptr<Entry>> waiting_;
  int num_tasks_ = 0;
  std::vector<std::unique_ptr<Bzip2BlockDecoder>> idle_decoders_;
};

Bzip2Blocks::Bzip2Blocks(std::unique_ptr<RawInput> raw, int workers)
    : slicer_(std::move(raw)), workers_(workers), shared_(std::make_shared<Shared>(workers - 1)) {}

Bzip2Blocks::~Bzip2Blocks() { shared_->Cancel(); }

Bzip2Blocks::Item* Bzip2Blocks::At(size_t i) {
  Fill(i + 1);
  if (i >= items_.size()) return nullptr;
  shared_->Finish(*items_[i]);
  return items_[i].get();
}

void Bzip2Blocks::Pop() { items_.pop_front(); }

Bzip2Block Bzip2Blocks::Decode(const Bzip2Slice& slice) { return shared_->Decode(slice); }

// Makes sure that there are `count` items, and as many as the workers need to be busy.
void Bzip2Blocks::Fill(size_t count) {
  if (workers_ > 1) count = std::max(count, 2 * static_cast<size_t>(workers_) + 1);
  while (!at_end_ && items_.size() < count) {
    auto entry = std::make_shared<Entry>();
    at_end_ = !slicer_.Next(&entry->slice);
    if (at_end_) return;
    items_.push_back(entry);
    if (entry->slice.kind == Bzip2Slice::Kind::kBlock) {
      shared_->Add(std::move(entry));
    } else {
      entry->is_done = true;
    }
  }
}

}  // namespace owt::formats
