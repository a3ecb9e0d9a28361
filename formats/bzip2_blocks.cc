#include "formats/bzip2_blocks.h"

#include <oneapi/tbb/task_arena.h>
#include <oneapi/tbb/task_group.h>

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <utility>
#include <vector>

// Entries wait in a queue, oldest first. At most workers - 1 tasks are alive; each decodes one
// entry and hands over to a successor, so that other work of the same threads gets its turn. The
// reader takes from the same queue until the entry it needs is done. Nobody waits for an entry that
// no thread has begun, so there is no deadlock however few threads oneTBB has. The tasks have an
// arena of their own, so that waiting for the last of them never picks up work of somebody else.

namespace owt::formats {

struct Bzip2Blocks::Entry : Item {
  bool is_done = false;      // guarded by Pool::mutex_, as are slice and block until it is set
  std::exception_ptr error;  // of Decode
};

class Bzip2Blocks::Pool {
 public:
  explicit Pool(int workers) : max_tasks_(workers - 1), arena_(workers) {}

  ~Pool() {
    if (max_tasks_ == 0) return;
    {
      const std::lock_guard lock(mutex_);
      waiting_.clear();
    }
    arena_.execute([this] { tasks_.wait(); });
  }

  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  void Add(Entry* entry) {
    {
      const std::lock_guard lock(mutex_);
      waiting_.push_back(entry);
      if (num_tasks_ == max_tasks_) return;
      ++num_tasks_;
    }
    arena_.execute([this] { StartTask(); });
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

 private:
  void StartTask() {
    tasks_.run([this] { RunTask(); });
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
    Entry* const entry = waiting_.front();
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
  std::deque<Entry*> waiting_;
  int num_tasks_ = 0;
  std::vector<std::unique_ptr<Bzip2BlockDecoder>> idle_decoders_;
  tbb::task_arena arena_;
  tbb::task_group tasks_;
};

Bzip2Blocks::Bzip2Blocks(std::unique_ptr<RawInput> raw, int workers)
    : slicer_(std::move(raw)), workers_(workers), pool_(std::make_unique<Pool>(workers)) {}

Bzip2Blocks::~Bzip2Blocks() = default;

Bzip2Blocks::Item* Bzip2Blocks::At(size_t i) {
  Fill(i + 1);
  if (i >= items_.size()) return nullptr;
  pool_->Finish(*items_[i]);
  return items_[i].get();
}

void Bzip2Blocks::Pop() { items_.pop_front(); }

Bzip2Block Bzip2Blocks::Decode(const Bzip2Slice& slice) { return pool_->Decode(slice); }

// Makes sure that there are `count` items, and as many as the workers need to be busy.
void Bzip2Blocks::Fill(size_t count) {
  if (workers_ > 1) count = std::max(count, 2 * static_cast<size_t>(workers_) + 1);
  while (!at_end_ && items_.size() < count) {
    auto entry = std::make_unique<Entry>();
    at_end_ = !slicer_.Next(&entry->slice);
    if (at_end_) return;
    entry->is_done = entry->slice.kind != Bzip2Slice::Kind::kBlock;
    items_.push_back(std::move(entry));
    if (!items_.back()->is_done) pool_->Add(items_.back().get());
  }
}

}  // namespace owt::formats
