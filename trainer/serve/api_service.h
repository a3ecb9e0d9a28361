#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string_view>

#include "trainer/serve/api_answer.h"
#include "trainer/serve/http_server.h"
#include "trainer/serve/metrics.h"

namespace owt::trainer {

struct ApiServiceOptions {
  size_t queue = 32;  // requests that wait for the model; more are told 503
  int64_t max_tokens = 12000;
  std::chrono::milliseconds time_limit{300'000};  // from arrival to answer; then 503
  bool loopback = true;   // only names of this machine are taken as Host (against DNS rebinding)
  std::string_view page;  // what GET / answers: HTML
};

// What the server answers to which path, and the queue between the thread that speaks HTTP and the
// one that owns the model. Requests are done one at a time, in order of arrival.
class ApiService {
 public:
  // The answer of the model; gives up when stop() is true.
  using Compute = std::function<ApiAnswer(const ApiRequest&, const std::function<bool()>& stop)>;
  using Log = std::function<void(std::string_view line)>;

  // `server` gets the answers.
  ApiService(const ApiServiceOptions& options, HttpServer& server)
      : options_(options), server_(server) {}

  // For HttpServer::Run. The service must outlive it.
  HttpServer::Handler Handlers();

  // Requests are computed from now on, by the calling thread, until StopWork. A request in work is
  // finished, those that wait are told 503. Where compute throws, the answer is 500 with the
  // exception's message, and the work goes on.
  void Work(const Compute& compute, const Log& log);

  // Ends Work. From any thread, but no signal handler.
  void StopWork();

 private:
  using Clock = std::chrono::steady_clock;

  struct Job {
    HttpServer::Id id;
    ApiRequest request;
    Clock::time_point arrived;
  };

  std::optional<HttpResponse> Handle(HttpServer::Id id, HttpRequest request);
  std::optional<HttpResponse> Enqueue(HttpServer::Id id, const HttpRequest& request);
  HttpResponse Health();
  HttpResponse MetricsText();
  void Gone(HttpServer::Id id);
  void ExpireQueued();
  bool TakeJob(Job* job);
  void RunJob(const Job& job, const Compute& compute, const Log& log);
  HttpResponse TooLate() const;

  ApiServiceOptions options_;
  HttpServer& server_;
  Metrics metrics_;

  std::mutex mutex_;  // of all below
  std::condition_variable changed_;
  std::deque<Job> queue_;
  HttpServer::Id running_ = 0;  // 0: none
  bool running_gone_ = false;
  bool ready_ = false, stopping_ = false;
};

}  // namespace owt::trainer
