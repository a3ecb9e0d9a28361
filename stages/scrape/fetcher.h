#pragma once

#include <curl/curl.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "stages/scrape/fetch_result.h"
#include "stages/scrape/politeness.h"
#include "stages/scrape/response_gate.h"

namespace owt::scrape {

struct FetcherOptions {
  std::string user_agent;
  Milliseconds connect_timeout{10'000};
  Milliseconds total_timeout{30'000};  // hard: look-up, connection, redirect-free exchange
  Milliseconds slow_timeout{15'000};   // below min_bytes_per_s for this long: too slow
  int min_bytes_per_s = 100;
  int max_open = 1000;         // requests at a time; the caller keeps to it
  bool allow_private = false;  // tests only: no guard on addresses and ports
  ResponseLimits page_limits;
};

// Many HTTP requests at a time in one thread: libcurl's multi interface over epoll. Follows no
// redirects, keeps connections for the next request to the same host, uses no proxy, no cookies,
// no netrc, and no scheme but http and https. The address of every connect passes the guard of
// address_guard.h. Every request started comes back from Poll exactly once, at the latest when its
// deadline is over.
//
// Used by one thread, except Wake. Throws Error{kResource} when the system gives no descriptors.
class Fetcher {
 public:
  struct Done {
    Task task;
    FetchResult result;
  };

  explicit Fetcher(const FetcherOptions& options);
  ~Fetcher();
  Fetcher(const Fetcher&) = delete;
  Fetcher& operator=(const Fetcher&) = delete;

  // Begins the request for task.target.
  void Start(Task task);

  size_t num_open() const { return num_open_; }

  // Of the bodies that are on their way.
  size_t body_bytes() const { return body_bytes_; }

  // Waits until a request ends, Wake is called or `timeout` has passed, and appends what ended.
  void Poll(Milliseconds timeout, std::vector<Done>* done);

  // Makes the Poll that runs, or the next one, return early. Any thread.
  void Wake();

 private:
  struct Transfer;

  static int OnSocket(CURL* easy, curl_socket_t socket, int what, void* self, void* known);
  static int OnTimer(CURLM* multi, long timeout_ms, void* self);
  static curl_socket_t OnOpenSocket(void* transfer, curlsocktype purpose, curl_sockaddr* address);
  static size_t OnHeader(char* bytes, size_t size, size_t count, void* transfer);
  static size_t OnBody(char* bytes, size_t size, size_t count, void* transfer);

  Transfer* Acquire();
  void SetUp(Transfer* transfer);
  void DrainWake();
  void Collect(std::vector<Done>* done);
  static Reason ReasonOf(CURLcode code, const Transfer& transfer, Milliseconds total_timeout);

  const FetcherOptions options_;
  CURLM* multi_ = nullptr;
  curl_slist* headers_ = nullptr;
  int epoll_fd_ = -1;
  int wake_fd_ = -1;
  TimePoint timer_ = TimePoint::max();  // when libcurl wants to be called
  size_t num_open_ = 0;
  size_t body_bytes_ = 0;
  std::vector<std::unique_ptr<Transfer>> transfers_;  // all
  std::vector<Transfer*> free_;
};

// To be called once before the first Fetcher, while there is one thread.
void InitCurl();

}  // namespace owt::scrape
