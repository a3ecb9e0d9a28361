#include "stages/scrape/crawl.h"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <optional>
#include <thread>
#include <utility>
#include <variant>

#include "stages/scrape/retry.h"

namespace owt::scrape {
namespace {

// While bodies pile up no request is started; this is how long until the next look.
constexpr Milliseconds kBackpressurePause{5};
constexpr Milliseconds kIdlePause{1000};

bool IsRedirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

// What RFC 9309 section 2.3.1 makes of an answer to a request for robots.txt.
struct RobotsAnswer {
  Robots robots;
  Reason failure = Reason::kNone;
};

RobotsAnswer JudgeRobots(const FetchResult& result, std::string_view agent_token) {
  if (result.reason == Reason::kNone) return {Robots::Parse(result.body, agent_token)};
  const bool is_unavailable = result.reason == Reason::kHttpStatus && result.status >= 300 &&
                              result.status <= 499 && result.status != 429;
  if (is_unavailable) return {Robots::AllowAll()};
  return {Robots::DisallowAll(),
          IsHostFailure(result.reason) || result.reason == Reason::kBlockedPort
              ? result.reason
              : Reason::kRobotsUnreachable};
}

}  // namespace

// One thread: a frontier, a fetcher, and an inbox for what other threads hand over.
class Crawl::Loop {
 public:
  struct RobotsMessage {
    std::string host;
    std::string origin;
    Robots robots;
    Reason failure;
  };

  struct TaskMessage {
    Task task;
    Frontier::Place place;
  };

  using Message = std::variant<TaskMessage, RobotsMessage>;

  explicit Loop(Crawl* crawl)
      : crawl_(crawl),
        options_(crawl->options_),
        max_open_(static_cast<size_t>(std::max(1, options_.fetcher.max_open / options_.num_loops))),
        frontier_(options_.politeness),
        fetcher_(options_.fetcher) {}

  void Begin() { thread_ = std::thread(&Loop::Main, this); }

  void End() {
    stop_ = true;
    fetcher_.Wake();
    if (thread_.joinable()) thread_.join();
  }

  // Any thread.
  void Post(Message message) {
    bool was_empty;
    {
      const std::lock_guard<std::mutex> lock(inbox_mutex_);
      was_empty = inbox_.empty();
      inbox_.push_back(std::move(message));
    }
    if (was_empty) fetcher_.Wake();
  }

 private:
  void Main();
  void TakeInbox(TimePoint now);
  bool StartDue(TimePoint now);
  Milliseconds PauseUntilDue(TimePoint now, bool is_held_back) const;
  void OnDone(Fetcher::Done done, TimePoint now);
  void OnRobots(Task task, const FetchResult& result, TimePoint now);
  void OnRedirect(Task task, FetchResult result);
  bool Retry(const Task& task, const FetchResult& result, TimePoint now);
  void Report(Task task, FetchResult result);
  void Send(Task task);

  Crawl* const crawl_;
  const CrawlOptions& options_;
  const size_t max_open_;
  Frontier frontier_;
  Fetcher fetcher_;
  std::thread thread_;
  std::atomic<bool> stop_ = false;
  std::mutex inbox_mutex_;
  std::vector<Message> inbox_;  // guarded by inbox_mutex_
};

void Crawl::Loop::Main() {
  try {
    std::vector<Fetcher::Done> done;
    while (!stop_) {
      TimePoint now = Clock::now();
      TakeInbox(now);
      const bool is_held_back = StartDue(now);
      done.clear();
      fetcher_.Poll(PauseUntilDue(now, is_held_back), &done);
      now = Clock::now();
      for (Fetcher::Done& item : done) OnDone(std::move(item), now);
    }
  } catch (...) {
    crawl_->Fail(std::current_exception());
  }
}

void Crawl::Loop::TakeInbox(TimePoint now) {
  std::vector<Message> messages;
  {
    const std::lock_guard<std::mutex> lock(inbox_mutex_);
    messages.swap(inbox_);
  }
  for (Message& message : messages) {
    if (auto* task = std::get_if<TaskMessage>(&message)) {
      frontier_.Add(std::move(task->task), task->place);
    } else {
      auto& robots = std::get<RobotsMessage>(message);
      frontier_.SetRobots(robots.host, robots.origin, std::move(robots.robots), robots.failure,
                          now);
    }
  }
}

// True when something may be due that is not started, because too much is open or unhandled.
bool Crawl::Loop::StartDue(TimePoint now) {
  while (fetcher_.num_open() < max_open_ && crawl_->HasRoomForBodies(fetcher_.body_bytes())) {
    std::optional<Frontier::Event> event = frontier_.Next(now);
    if (!event) return false;
    if (event->reason == Reason::kNone) {
      fetcher_.Start(std::move(event->task));
    } else {
      FetchResult result;
      result.reason = event->reason;
      Report(std::move(event->task), std::move(result));
    }
  }
  return true;
}

Milliseconds Crawl::Loop::PauseUntilDue(TimePoint now, bool is_held_back) const {
  if (is_held_back) {
    return fetcher_.num_open() < max_open_ ? kBackpressurePause : kIdlePause;
  }
  const std::optional<TimePoint> due = frontier_.NextDue();
  if (!due) return kIdlePause;
  if (*due <= now) return Milliseconds(0);
  return std::min(kIdlePause, std::chrono::ceil<Milliseconds>(*due - now));
}

void Crawl::Loop::OnDone(Fetcher::Done done, TimePoint now) {
  Task& task = done.task;
  FetchResult& result = done.result;
  ++task.attempts;
  frontier_.OnFinished(task.target.host, now, Milliseconds(result.elapsed_ms),
                       IsHostFailure(result.reason));
  if (Retry(task, result, now)) return;
  if (result.reason == Reason::kHttpStatus && IsRedirect(result.status)) {
    OnRedirect(std::move(task), std::move(result));
  } else if (!task.robots_origin.empty()) {
    OnRobots(std::move(task), result, now);
  } else {
    Report(std::move(task), std::move(result));
  }
}

bool Crawl::Loop::Retry(const Task& task, const FetchResult& result, TimePoint now) {
  if (!IsTransient(result.reason, result.status)) return false;
  Milliseconds delay = Backoff(task.attempts - 1, options_.retry_delay, options_.max_retry_delay,
                               std::hash<std::string>()(task.target.url));
  if (!result.retry_after.empty()) {
    const auto asked = ParseRetryAfter(result.retry_after, std::time(nullptr));
    if (asked) {
      // It speaks for the host: nothing else goes there before, either.
      frontier_.Hold(task.target.host, now + std::min(*asked, options_.max_retry_delay));
      if (*asked > options_.max_retry_delay) return false;
      delay = std::max(delay, *asked);
    }
  }
  if (task.attempts >= options_.max_attempts) return false;
  frontier_.AddLater(task, now + delay);
  return true;
}

void Crawl::Loop::OnRedirect(Task task, FetchResult result) {
  const bool is_robots = !task.robots_origin.empty();
  std::optional<Target> target = ParseLocation(task.target, result.location);
  if (!target || task.redirects >= options_.max_redirects) {
    result.reason = target ? Reason::kTooManyRedirects : Reason::kBadRedirect;
    if (is_robots) {
      // RFC 9309 2.3.1.2: beyond five hops a crawler may take it as not there.
      result.reason = Reason::kHttpStatus;
      OnRobots(std::move(task), result, Clock::now());
    } else {
      Report(std::move(task), std::move(result));
    }
    return;
  }
  task.target = std::move(*target);
  ++task.redirects;
  task.attempts = 0;
  Send(std::move(task));
}

void Crawl::Loop::Send(Task task) {
  Loop* owner = crawl_->LoopOf(task.target.host);
  if (owner == this) {
    frontier_.Add(std::move(task), Frontier::Place::kFront);
  } else {
    owner->Post(TaskMessage{std::move(task), Frontier::Place::kFront});
  }
}

void Crawl::Loop::OnRobots(Task task, const FetchResult& result, TimePoint now) {
  RobotsAnswer answer = JudgeRobots(result, AgentToken(options_.fetcher.user_agent));
  Loop* owner = crawl_->LoopOf(task.robots_host);
  if (owner == this) {
    frontier_.SetRobots(task.robots_host, task.robots_origin, std::move(answer.robots),
                        answer.failure, now);
  } else {
    owner->Post(RobotsMessage{std::move(task.robots_host), std::move(task.robots_origin),
                              std::move(answer.robots), answer.failure});
  }
}

void Crawl::Loop::Report(Task task, FetchResult result) {
  Outcome outcome;
  outcome.ordinal = task.ordinal;
  outcome.listed_url = std::move(task.listed_url);
  outcome.final_url = std::move(task.target.url);
  outcome.redirects = task.redirects;
  outcome.attempts = task.attempts;
  outcome.result = std::move(result);
  crawl_->Report(std::move(outcome));
}

Crawl::Crawl(const CrawlOptions& options, std::function<void(Outcome)> on_outcome)
    : options_(options), on_outcome_(std::move(on_outcome)) {
  for (int i = 0; i < options_.num_loops; ++i) loops_.push_back(std::make_unique<Loop>(this));
  for (const auto& loop : loops_) loop->Begin();
}

Crawl::~Crawl() { Stop(); }

void Crawl::Stop() {
  for (const auto& loop : loops_) loop->End();
}

Crawl::Loop* Crawl::LoopOf(const std::string& host) {
  return loops_[std::hash<std::string>()(host) % loops_.size()].get();
}

bool Crawl::Submit(uint64_t ordinal, std::string_view url) {
  RethrowFailure();
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (num_waiting_ >= options_.max_waiting_urls) return false;
    ++num_waiting_;
  }
  std::optional<Target> target = ParseTarget(url);
  if (!target) {
    Outcome outcome;
    outcome.ordinal = ordinal;
    outcome.listed_url = url;
    outcome.result.reason = Reason::kInvalidUrl;
    Report(std::move(outcome));
    return true;
  }
  Task task;
  task.target = std::move(*target);
  task.ordinal = ordinal;
  task.listed_url = url;
  Loop* loop = LoopOf(task.target.host);
  loop->Post(Loop::TaskMessage{std::move(task), Frontier::Place::kBack});
  return true;
}

void Crawl::WaitForRoom(Milliseconds timeout) {
  std::unique_lock<std::mutex> lock(mutex_);
  progress_.wait_for(lock, timeout, [this] { return num_waiting_ < RoomMark() || error_; });
  if (error_) std::rethrow_exception(error_);
}

bool Crawl::WaitUntilIdle(Milliseconds timeout) {
  std::unique_lock<std::mutex> lock(mutex_);
  progress_.wait_for(lock, timeout, [this] { return num_waiting_ == 0 || error_; });
  if (error_) std::rethrow_exception(error_);
  return num_waiting_ == 0;
}

void Crawl::Report(Outcome outcome) {
  unhandled_bytes_ += outcome.result.body.size();
  on_outcome_(std::move(outcome));
  const std::lock_guard<std::mutex> lock(mutex_);
  --num_waiting_;
  if (num_waiting_ == 0 || num_waiting_ + 1 == RoomMark()) {
    progress_.notify_all();
  }
}

bool Crawl::HasRoomForBodies(size_t loop_body_bytes) const {
  return unhandled_bytes_ + loop_body_bytes * loops_.size() < options_.max_body_bytes;
}

void Crawl::Handled(size_t bytes) { unhandled_bytes_ -= bytes; }

void Crawl::Fail(std::exception_ptr error) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!error_) error_ = std::move(error);
  progress_.notify_all();
}

void Crawl::RethrowFailure() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (error_) std::rethrow_exception(error_);
}

}  // namespace owt::scrape
