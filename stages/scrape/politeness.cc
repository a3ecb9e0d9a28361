// A heap of hosts by the time when they may be asked next, as in Mercator (Heydon and Najork, "A
// scalable, extensible Web crawler", 1999) and BUbiNG (Boldi et al., 2014). A host is in the heap
// once, and only while it has work and a free connection, so the heap never holds more than the
// hosts with work. A host that was held back while it waited there is put back with its new time
// when it comes up.
#include "stages/scrape/politeness.h"

#include <algorithm>
#include <utility>

namespace owt::scrape {

Frontier::Host* Frontier::FindHost(const std::string& name) {
  std::unique_ptr<Host>& host = hosts_[name];
  if (!host) host = std::make_unique<Host>();
  return host.get();
}

void Frontier::Schedule(Host* host) {
  if (host->is_scheduled || host->queue.empty()) return;
  if (host->num_open >= options_.connections_per_host) return;
  host->is_scheduled = true;
  due_.push({host->next_allowed, sequence_++, host});
}

void Frontier::Add(Task task, Place place) {
  Host* host = FindHost(task.target.host);
  if (place == Place::kFront) {
    host->queue.push_front(std::move(task));
  } else {
    host->queue.push_back(std::move(task));
  }
  Schedule(host);
}

void Frontier::AddLater(Task task, TimePoint when) {
  delayed_.push({when, sequence_++, std::make_shared<Task>(std::move(task))});
}

std::optional<TimePoint> Frontier::NextDue() const {
  std::optional<TimePoint> when;
  if (!due_.empty()) when = due_.top().when;
  if (!delayed_.empty()) when = std::min(when.value_or(TimePoint::max()), delayed_.top().when);
  return when;
}

std::optional<Frontier::Event> Frontier::Next(TimePoint now) {
  while (!delayed_.empty() && delayed_.top().when <= now) {
    const std::shared_ptr<Task> task = delayed_.top().task;
    delayed_.pop();
    Add(std::move(*task), Place::kFront);
  }
  while (!due_.empty() && due_.top().when <= now) {
    Host* host = due_.top().host;
    due_.pop();
    host->is_scheduled = false;
    if (host->next_allowed > now) {
      Schedule(host);
      continue;
    }
    std::optional<Event> event = NextOf(host, now);
    if (event && event->reason == Reason::kNone) {
      ++host->num_open;
      // With several connections their starts are spaced, too.
      host->next_allowed = std::max(host->next_allowed, now + PauseOf(*host));
    }
    Schedule(host);
    if (event) return event;
  }
  if (hosts_.size() > sweep_at_hosts_) DropIdleHosts(now);
  return std::nullopt;
}

std::optional<Frontier::Event> Frontier::NextOf(Host* host, TimePoint now) {
  while (!host->queue.empty()) {
    Task task = std::move(host->queue.front());
    host->queue.pop_front();
    if (!task.robots_origin.empty()) return Event{std::move(task), Reason::kNone};
    if (host->num_failures >= options_.max_host_failures) {
      return Event{std::move(task), Reason::kHostUnreachable};
    }
    Origin& origin = host->origins[task.target.origin];
    const bool is_stale = origin.state == Origin::State::kKnown &&
                          now - origin.known_since > options_.robots_lifetime;
    if (origin.state == Origin::State::kKnown && !is_stale) {
      const Reason reason = Verdict(*host, origin, task);
      return Event{std::move(task), reason};
    }
    const bool must_ask = origin.state != Origin::State::kFetching;
    std::optional<Target> target;
    if (must_ask) target = ParseTarget(task.target.origin + "/robots.txt");
    if (must_ask && !target) return Event{std::move(task), Reason::kInvalidUrl};
    Task ask;
    ask.robots_origin = task.target.origin;
    ask.robots_host = task.target.host;
    origin.parked.push_back(std::move(task));
    if (must_ask) {
      origin.state = Origin::State::kFetching;
      ask.target = std::move(*target);
      return Event{std::move(ask), Reason::kNone};
    }
  }
  return std::nullopt;
}

Reason Frontier::Verdict(const Host& host, const Origin& origin, const Task& task) const {
  if (origin.failure != Reason::kNone) return origin.failure;
  if (!origin.robots.Allows(task.target.path)) return Reason::kRobots;
  return PauseOf(host) > options_.max_crawl_delay ? Reason::kCrawlDelayTooLong : Reason::kNone;
}

// The pause that is due whatever the host's speed. Origins of one host share its queue, so the
// most demanding of their robots.txt speaks for all.
Milliseconds Frontier::PauseOf(const Host& host) const {
  double seconds = 0;
  for (const auto& [name, origin] : host.origins) {
    seconds = std::max(seconds, origin.robots.crawl_delay_s().value_or(0));
  }
  // Anything beyond the longest delay means the same, and 1e300 does not fit the clock.
  const double most = 2 * std::chrono::duration<double>(options_.max_crawl_delay).count() + 1;
  const auto asked = static_cast<int64_t>(std::min(seconds, most) * 1000);
  return std::max(options_.min_delay, Milliseconds(asked));
}

void Frontier::OnFinished(const std::string& host_name, TimePoint now, Milliseconds response_time,
                          bool is_host_failure) {
  Host* host = FindHost(host_name);
  --host->num_open;
  host->num_failures = is_host_failure ? host->num_failures + 1 : 0;
  const auto adaptive = Milliseconds(
      static_cast<int64_t>(static_cast<double>(response_time.count()) * options_.delay_factor));
  const Milliseconds pause =
      std::max(PauseOf(*host), std::min(adaptive, options_.max_adaptive_delay));
  host->next_allowed = std::max(host->next_allowed, now + pause);
  Schedule(host);
}

void Frontier::Hold(const std::string& host_name, TimePoint until) {
  Host* host = FindHost(host_name);
  host->next_allowed = std::max(host->next_allowed, until);
}

void Frontier::SetRobots(const std::string& host_name, const std::string& origin_name,
                         Robots robots, Reason failure, TimePoint now) {
  Host* host = FindHost(host_name);
  Origin& origin = host->origins[origin_name];
  origin.state = Origin::State::kKnown;
  origin.robots = std::move(robots);
  origin.failure = failure;
  origin.known_since = now;
  while (!origin.parked.empty()) {
    host->queue.push_front(std::move(origin.parked.back()));
    origin.parked.pop_back();
  }
  // A Crawl-delay counts from the request for robots.txt on, which came before it was known.
  if (host->next_allowed != TimePoint::min()) {
    host->next_allowed = std::max(host->next_allowed, now + PauseOf(*host));
  }
  Schedule(host);
}

void Frontier::DropIdleHosts(TimePoint now) {
  std::erase_if(hosts_, [now](const auto& entry) {
    const Host& host = *entry.second;
    const bool waits = std::any_of(host.origins.begin(), host.origins.end(), [](const auto& item) {
      return item.second.state == Origin::State::kFetching;
    });
    return !waits && !host.is_scheduled && host.queue.empty() && host.num_open == 0 &&
           host.next_allowed <= now;
  });
  sweep_at_hosts_ = std::max<size_t>(1 << 16, 2 * hosts_.size());
}

}  // namespace owt::scrape
