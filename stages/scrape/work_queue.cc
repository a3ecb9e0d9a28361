#include "stages/scrape/work_queue.h"

#include <utility>

namespace owt::scrape {

WorkQueue::WorkQueue(int num_threads) {
  for (int i = 0; i < num_threads; ++i) threads_.emplace_back(&WorkQueue::Main, this);
}

WorkQueue::~WorkQueue() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    is_ending_ = true;
  }
  added_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void WorkQueue::Add(Job job) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    jobs_.push_back(std::move(job));
  }
  added_.notify_one();
}

bool WorkQueue::IsIdle() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (error_) std::rethrow_exception(error_);
  return jobs_.empty() && num_running_ == 0;
}

void WorkQueue::Main() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (true) {
    added_.wait(lock, [this] { return is_ending_ || (!jobs_.empty() && !error_); });
    if (is_ending_) return;
    const Job job = std::move(jobs_.front());
    jobs_.pop_front();
    ++num_running_;
    lock.unlock();
    std::exception_ptr error;
    try {
      job();
    } catch (...) {  // an exception must not end the thread; IsIdle hands it on
      error = std::current_exception();
    }
    lock.lock();
    --num_running_;
    if (error && !error_) error_ = std::move(error);
  }
}

}  // namespace owt::scrape
