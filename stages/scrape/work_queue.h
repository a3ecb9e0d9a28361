#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace owt::scrape {

// Threads that do what is queued, first in, first out. Apart from oneTBB's, because these jobs may
// wait for the disk, and a thread that waits for oneTBB may be lent to such a job.
class WorkQueue {
 public:
  using Job = std::function<void()>;

  explicit WorkQueue(int num_threads);
  // Ends the threads after the jobs that run; the others are dropped.
  ~WorkQueue();
  WorkQueue(const WorkQueue&) = delete;
  WorkQueue& operator=(const WorkQueue&) = delete;

  // Any thread; never waits.
  void Add(Job job);

  // True when nothing is queued or runs. Throws what a job threw: after that nothing more is done.
  bool IsIdle();

 private:
  void Main();

  std::mutex mutex_;
  std::condition_variable added_;
  std::deque<Job> jobs_;      // guarded by mutex_
  size_t num_running_ = 0;    // guarded by mutex_
  bool is_ending_ = false;    // guarded by mutex_
  std::exception_ptr error_;  // guarded by mutex_
  std::vector<std::thread> threads_;
};

}  // namespace owt::scrape
