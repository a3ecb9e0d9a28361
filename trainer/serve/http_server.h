#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/fd.h"
#include "trainer/serve/http_parser.h"
#include "trainer/serve/http_response.h"

namespace owt::trainer {

struct HttpServerOptions {
  std::string host = "127.0.0.1";
  int port = 5000;           // 0: any free one
  size_t connections = 256;  // at the same time
  HttpLimits limits;
  // A request is there in whole this long after its first byte, and an answer is taken in this
  // long; a connection without a request is closed after three times this.
  std::chrono::milliseconds patience{10'000};
};

// HTTP in one thread: waits for all connections at once, so that no client, however slow, holds a
// thread or keeps others waiting. Where all connections are taken, the one whose request has been
// outstanding for longest makes room. Requests are handed out whole.
class HttpServer {
 public:
  // A request that waits for its answer. Never used twice.
  using Id = uint64_t;

  struct Handler {
    // The answer, or nothing when Answer will be called. Called in the thread of Run, as are the
    // others; must be quick.
    std::function<std::optional<HttpResponse>(Id id, HttpRequest request)> request;
    // The client has closed its connection: nobody waits for the answer.
    std::function<void(Id id)> gone;
    // About ten times a second.
    std::function<void()> tick;
    // An answer has been handed to a connection, also one to what was no request.
    std::function<void(int code)> answered;
  };

  // Listens. Throws Error{kUsage} naming host and port where that is impossible.
  explicit HttpServer(const HttpServerOptions& options);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // "127.0.0.1:5000", with the port that was found.
  const std::string& address() const { return address_; }

  // Serves until `stopping` is true and every request that was handed out has been answered. While
  // stopping, no connection and no further request is taken.
  void Run(const Handler& handler, const std::function<bool()>& stopping);

  // From any thread; nothing happens where the client is gone.
  void Answer(Id id, HttpResponse response);

  size_t num_connections() const { return num_connections_.load(std::memory_order_relaxed); }

 private:
  struct Connection;
  using Clock = std::chrono::steady_clock;

  void Accept();
  bool MakeRoom();
  void Poll(bool stopping);
  void DeliverAnswers(const Handler& handler);
  void Receive(Connection& connection, const Handler& handler);
  void Continue(Connection& connection, const Handler& handler, std::string_view bytes);
  void Respond(Connection& connection, const HttpResponse& response, bool keep_alive,
               const Handler& handler);
  void Send(Connection& connection);
  void Close(Connection& connection, const Handler& handler);
  void Expire(bool stopping, const Handler& handler);

  HttpServerOptions options_;
  Fd listener_, wake_;
  std::string address_;
  Id next_id_ = 1;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::atomic<size_t> num_connections_ = 0;
  std::mutex mutex_;
  std::vector<std::pair<Id, HttpResponse>> answers_;  // guarded by mutex_
};

}  // namespace owt::trainer
