#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "stages/scrape/fetcher.h"
#include "stages/scrape/politeness.h"

namespace owt::scrape {

struct CrawlOptions {
  FetcherOptions fetcher;
  PolitenessOptions politeness;
  int num_loops = 1;                     // event loops, a thread each
  int max_redirects = 5;                 // hops; also RFC 9309's number for robots.txt
  int max_attempts = 3;                  // of a request that fails for a reason that may pass
  Milliseconds retry_delay{1000};        // first back-off; doubles
  Milliseconds max_retry_delay{60'000};  // back-off at most; a longer Retry-After is not waited for
  size_t max_waiting_urls = 100'000;     // submitted and without an outcome
  // No request is started while so much of bodies is on its way or not yet Handled.
  size_t max_body_bytes = 256 << 20;
};

// What became of one URL of the list.
struct Outcome {
  uint64_t ordinal = 0;
  std::string listed_url;  // as submitted
  std::string final_url;   // what answered
  int redirects = 0;
  int attempts = 0;  // requests for the last URL
  FetchResult result;
};

// Fetches a list of URLs, politely, over several event loops. A host belongs to one loop, so its
// queue, its robots.txt and its connections are in one thread and need no lock; a redirect to a
// host of another loop moves the task there. Redirects are followed here and not by libcurl:
// every hop waits its host's turn and obeys that host's robots.txt.
//
// Each URL submitted has exactly one outcome, in no set order, unless Stop is called. Submit,
// the waits and Stop belong to one thread; Handled to any.
class Crawl {
 public:
  // `on_outcome` is called from the event loops, several at a time, and must not block. It calls
  // Handled(body size) when it is through with the body, or has it called.
  Crawl(const CrawlOptions& options, std::function<void(Outcome)> on_outcome);
  ~Crawl();
  Crawl(const Crawl&) = delete;
  Crawl& operator=(const Crawl&) = delete;

  // Puts a URL into its host's queue. False, and nothing done, while max_waiting_urls have no
  // outcome: WaitForRoom and try again. Rethrows what ended an event loop.
  bool Submit(uint64_t ordinal, std::string_view url);
  // Waits until there is room for a good many URLs more, or `timeout` has passed.
  void WaitForRoom(Milliseconds timeout);
  // Waits until every URL submitted has its outcome, or `timeout` has passed; true for the former.
  bool WaitUntilIdle(Milliseconds timeout);
  // Ends the event loops; requests that run are dropped without an outcome.
  void Stop();

  void Handled(size_t bytes);

 private:
  class Loop;
  friend class Loop;

  Loop* LoopOf(const std::string& host);
  void Report(Outcome outcome);
  bool HasRoomForBodies(size_t loop_body_bytes) const;
  void Fail(std::exception_ptr error);
  void RethrowFailure();

  size_t RoomMark() const { return options_.max_waiting_urls - options_.max_waiting_urls / 8; }

  const CrawlOptions options_;
  const std::function<void(Outcome)> on_outcome_;
  std::vector<std::unique_ptr<Loop>> loops_;
  std::atomic<size_t> unhandled_bytes_ = 0;

  mutable std::mutex mutex_;
  std::condition_variable progress_;
  size_t num_waiting_ = 0;    // guarded by mutex_
  std::exception_ptr error_;  // guarded by mutex_
};

}  // namespace owt::scrape
