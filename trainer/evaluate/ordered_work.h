#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <future>
#include <map>
#include <mutex>
#include <vector>

namespace owt::trainer {

// Takes items one after the other, works on several at a time, and hands on the results in the
// order of the items. One Run per object.
template <class Item, class Result>
class OrderedWork {
 public:
  // `next` (false at the end) and `take` are called by the threads of the work, never two calls at
  // a time; `work` is called by several at once. At most `limit` items (> 0) are under way: those
  // that are worked on, and those that wait for an earlier one.
  OrderedWork(size_t limit, std::function<bool(Item*)> next,
              std::function<Result(const Item&)> work, std::function<void(const Result&)> take)
      : limit_(limit), next_(std::move(next)), work_(std::move(work)), take_(std::move(take)) {}

  // With several workers each is a thread of its own, one is the caller's. A thread calls
  // `in_thread(loop)`, which must call loop(); what holds for a thread is set around that.
  // What the functions throw is thrown on, after every thread has come to its end.
  void Run(int workers, const std::function<void(const std::function<void()>& loop)>& in_thread) {
    const auto loop = [this] { Loop(); };
    if (workers == 1) return in_thread(loop);
    std::vector<std::future<void>> threads;
    for (int i = 0; i < workers; ++i) {
      threads.push_back(std::async(std::launch::async, [&] { in_thread(loop); }));
    }
    for (const std::future<void>& thread : threads) thread.wait();
    for (std::future<void>& thread : threads) thread.get();
  }

 private:
  // However a thread's loop ends, no thread begins another item.
  class Ending {
   public:
    explicit Ending(OrderedWork* owner) : owner_(owner) {}

    ~Ending() {
      const std::lock_guard lock(owner_->mutex_);
      owner_->ended_ = true;
      owner_->room_.notify_all();
    }

    Ending(const Ending&) = delete;
    Ending& operator=(const Ending&) = delete;

   private:
    OrderedWork* owner_;
  };

  void Loop() {
    const Ending ending(this);
    std::unique_lock lock(mutex_, std::defer_lock);
    Item item;
    while (true) {
      lock.lock();
      room_.wait(lock, [this] { return ended_ || begun_ - taken_ < limit_; });
      if (ended_ || !next_(&item)) return;
      const uint64_t number = begun_++;
      lock.unlock();
      Result result = work_(item);
      lock.lock();
      waiting_.emplace(number, std::move(result));
      for (; !waiting_.empty() && waiting_.begin()->first == taken_; ++taken_) {
        take_(waiting_.begin()->second);
        waiting_.erase(waiting_.begin());
      }
      room_.notify_all();
      lock.unlock();
    }
  }

  const size_t limit_;
  const std::function<bool(Item*)> next_;
  const std::function<Result(const Item&)> work_;
  const std::function<void(const Result&)> take_;

  std::mutex mutex_;
  std::condition_variable room_;
  bool ended_ = false;
  uint64_t begun_ = 0, taken_ = 0;
  std::map<uint64_t, Result> waiting_;
};

}  // namespace owt::trainer
