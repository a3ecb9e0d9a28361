#include "trainer/serve/api_service.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <utility>

namespace owt::trainer {
namespace {

constexpr const char* kJsonType = "application/json";
constexpr const char* kTextType = "text/plain; charset=utf-8";

HttpResponse JsonMessage(int code, std::string_view message) {
  return {code, kJsonType, MessageAsJson(message), {}};
}

HttpResponse RetryLater(std::string_view message) {
  HttpResponse response = JsonMessage(503, message);
  response.headers.emplace_back("Retry-After", "1");
  return response;
}

HttpResponse WrongMethod(std::string_view path, const char* allowed) {
  HttpResponse response = JsonMessage(405, fmt::format("{} takes {}", path, allowed));
  response.headers.emplace_back("Allow", allowed);
  return response;
}

bool IsLoopbackName(std::string_view name) {
  return name == "localhost" || name == "[::1]" || name.starts_with("127.");
}

}  // namespace

HttpServer::Handler ApiService::Handlers() {
  return {[this](HttpServer::Id id, HttpRequest request) { return Handle(id, std::move(request)); },
          [this](HttpServer::Id id) { Gone(id); }, [this] { ExpireQueued(); },
          [this](int code) { metrics_.CountAnswer(code); }};
}

std::optional<HttpResponse> ApiService::Handle(HttpServer::Id id, HttpRequest request) {
  if (options_.loopback && !request.host.empty() && !IsLoopbackName(HostName(request.host))) {
    return JsonMessage(421, fmt::format("this server is for its own machine, not for Host {}; "
                                        "start it with --host to serve others",
                                        request.host));
  }
  if (!request.origin.empty() && request.origin != "http://" + request.host) {
    return JsonMessage(403, "pages of other sites may not use this server");
  }
  const std::string& path = request.path;
  if (path == "/api") {
    return request.method == "PUT" ? Enqueue(id, request) : WrongMethod(path, "PUT");
  }
  if (path != "/" && path != "/healthz" && path != "/metrics") {
    return JsonMessage(404, "there is PUT /api, and GET /, /healthz and /metrics");
  }
  if (request.method != "GET") return WrongMethod(path, "GET, HEAD");
  if (path == "/healthz") return Health();
  if (path == "/metrics") return MetricsText();
  return HttpResponse{200,
                      "text/html; charset=utf-8",
                      std::string(options_.page),
                      {{"Content-Security-Policy",
                        "default-src 'none'; script-src 'unsafe-inline'; style-src "
                        "'unsafe-inline'; connect-src 'self'; frame-ancestors 'none'"}}};
}

std::optional<HttpResponse> ApiService::Enqueue(HttpServer::Id id, const HttpRequest& request) {
  auto parsed = ParseApiRequest(request.body);
  if (const auto* message = std::get_if<std::string>(&parsed)) return JsonMessage(400, *message);
  const std::lock_guard lock(mutex_);
  if (stopping_) return RetryLater("the server is ending");
  if (queue_.size() >= options_.queue) {
    return RetryLater(
        fmt::format("{} requests are waiting already; try again later (--queue)", queue_.size()));
  }
  queue_.push_back({id, std::get<ApiRequest>(std::move(parsed)), Clock::now()});
  changed_.notify_one();
  return std::nullopt;
}

HttpResponse ApiService::Health() {
  const std::lock_guard lock(mutex_);
  if (stopping_) return {503, kTextType, "ending\n", {}};
  if (!ready_) return {503, kTextType, "loading\n", {}};
  return {200, kTextType, "ok\n", {}};
}

HttpResponse ApiService::MetricsText() {
  Metrics::Now now;
  now.connections = server_.num_connections();
  {
    const std::lock_guard lock(mutex_);
    now.queued = queue_.size();
    now.running = running_ != 0 ? 1 : 0;
  }
  return {200, "text/plain; version=0.0.4; charset=utf-8", metrics_.Text(now), {}};
}

void ApiService::Gone(HttpServer::Id id) {
  metrics_.CountGone();
  const std::lock_guard lock(mutex_);
  std::erase_if(queue_, [id](const Job& job) { return job.id == id; });
  if (running_ == id) running_gone_ = true;
}

HttpResponse ApiService::TooLate() const {
  return RetryLater(
      fmt::format("no answer within {} s; ask for fewer tokens, or try again later "
                  "(--time-limit)",
                  std::chrono::duration<double>(options_.time_limit).count()));
}

void ApiService::ExpireQueued() {
  const Clock::time_point now = Clock::now();
  const std::lock_guard lock(mutex_);
  while (!queue_.empty() && now - queue_.front().arrived > options_.time_limit) {
    server_.Answer(queue_.front().id, TooLate());
    queue_.pop_front();
  }
}

// Waits for the next one; false: the work has ended.
bool ApiService::TakeJob(Job* job) {
  std::unique_lock lock(mutex_);
  running_ = 0;
  changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
  if (stopping_) return false;
  *job = std::move(queue_.front());
  queue_.pop_front();
  running_ = job->id;
  running_gone_ = false;
  return true;
}

void ApiService::Work(const Compute& compute, const Log& log) {
  {
    const std::lock_guard lock(mutex_);
    ready_ = true;
  }
  for (Job job; TakeJob(&job);) RunJob(job, compute, log);
}

void ApiService::RunJob(const Job& job, const Compute& compute, const Log& log) {
  const auto late = [&] { return Clock::now() - job.arrived > options_.time_limit; };
  const auto stop = [&] {
    const std::lock_guard lock(mutex_);
    return running_gone_ || late();
  };
  ApiAnswer answer;
  try {
    answer = compute(job.request, stop);
  } catch (const std::exception& error) {  // of this request; the next one may be luckier
    answer.code = 500;
    answer.body = MessageAsJson(error.what());
  }
  HttpResponse response{answer.code, kJsonType, std::move(answer.body), {}};
  if (late()) response = TooLate();
  const double seconds = std::chrono::duration<double>(Clock::now() - job.arrived).count();
  metrics_.CountRequest(answer.prompt_tokens, answer.new_tokens, seconds);
  if (!job.request.no_log) {
    log(fmt::format("PUT /api {}: {} prompts, {} tokens read, {} written, {:.3f} s", response.code,
                    job.request.prompts.size(), answer.prompt_tokens, answer.new_tokens, seconds));
  }
  server_.Answer(job.id, std::move(response));
}

void ApiService::StopWork() {
  const std::lock_guard lock(mutex_);
  stopping_ = true;
  for (const Job& job : queue_) server_.Answer(job.id, RetryLater("the server is ending"));
  queue_.clear();
  changed_.notify_one();
}

}  // namespace owt::trainer
