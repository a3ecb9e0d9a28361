#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <string>
#include <unordered_map>
#include <vector>

#include "stages/scrape/fetch_result.h"
#include "stages/scrape/robots.h"
#include "stages/scrape/target.h"

namespace owt::scrape {

using Clock = std::chrono::steady_clock;
using TimePoint = Clock::time_point;
using Milliseconds = std::chrono::milliseconds;

// One request to be made: a page of the URL list, or the robots.txt of an origin.
struct Task {
  Target target;           // what is requested now; moves on with redirects
  uint64_t ordinal = 0;    // page: its place in the URL list
  std::string listed_url;  // page: as it stands there
  int redirects = 0;
  int attempts = 0;           // failed tries of the present target
  std::string robots_origin;  // not empty: this is the robots.txt of that origin ...
  std::string robots_host;    // ... which is one of this host
};

struct PolitenessOptions {
  Milliseconds min_delay{1000};              // floor of the pause between two requests to a host
  double delay_factor = 1.0;                 // pause >= this times the last response time
  Milliseconds max_adaptive_delay{30'000};   // the pause that delay_factor can lead to
  Milliseconds max_crawl_delay{60'000};      // hosts that ask for more are left alone
  Milliseconds robots_lifetime{86'400'000};  // RFC 9309 2.4: 24 hours
  int connections_per_host = 1;
  int max_host_failures = 5;  // in a row; then the rest of the host's pages fail at once
};

// The queues of all hosts, and when each may be asked again.
//
// A host is due when it has work, fewer than connections_per_host requests open, and its pause is
// over: max(Crawl-delay, delay_factor * last response time, min_delay), counted from the end of
// the last answer. Before the first page of an origin its robots.txt is fetched; until that has
// come the origin's pages wait. Hosts that are due are served in the order in which they became
// so, pages of a host in the order of Add.
//
// Time is an argument: equal calls give equal answers. Not thread-safe. Memory is proportional to
// what is queued, plus a bounded number of idle hosts. Each call costs O(log hosts).
class Frontier {
 public:
  enum class Place { kBack, kFront };

  // What Next hands out: a request to make, or a page that must not be fetched and why.
  struct Event {
    Task task;
    Reason reason = Reason::kNone;  // kNone: make the request
  };

  explicit Frontier(const PolitenessOptions& options) : options_(options) {}

  Frontier(const Frontier&) = delete;
  Frontier& operator=(const Frontier&) = delete;

  void Add(Task task, Place place = Place::kBack);
  // The same at `when`; until then the task is in no host's way.
  void AddLater(Task task, TimePoint when);

  // The next thing that is due at `now`, if any. A request handed out is open until OnFinished.
  std::optional<Event> Next(TimePoint now);
  // When Next may have something; a moment in the past means now. nullopt: nothing is waiting for
  // time to pass.
  std::optional<TimePoint> NextDue() const;

  // The request to `host` has ended. `is_host_failure` says that the host could not be talked to.
  void OnFinished(const std::string& host, TimePoint now, Milliseconds response_time,
                  bool is_host_failure);
  // Nothing more to `host` before `until` (Retry-After).
  void Hold(const std::string& host, TimePoint until);
  // The robots.txt of `origin` is known: `failure` is kNone, or why its pages cannot be fetched.
  void SetRobots(const std::string& host, const std::string& origin, Robots robots, Reason failure,
                 TimePoint now);

  size_t num_hosts() const { return hosts_.size(); }

 private:
  struct Origin {
    enum class State { kUnknown, kFetching, kKnown } state = State::kUnknown;
    Robots robots;
    Reason failure = Reason::kNone;
    TimePoint known_since;
    std::deque<Task> parked;  // waiting for robots
  };

  struct Host {
    std::deque<Task> queue;
    std::map<std::string, Origin> origins;
    TimePoint next_allowed = TimePoint::min();
    int num_open = 0;
    int num_failures = 0;  // in a row
    bool is_scheduled = false;
  };

  struct Due {
    TimePoint when;
    uint64_t sequence;
    Host* host;

    bool operator>(const Due& other) const {
      return when != other.when ? when > other.when : sequence > other.sequence;
    }
  };

  struct Delayed {
    TimePoint when;
    uint64_t sequence;
    std::shared_ptr<Task> task;  // shared only because heap elements must be copyable

    bool operator>(const Delayed& other) const {
      return when != other.when ? when > other.when : sequence > other.sequence;
    }
  };

  template <class T>
  using MinHeap = std::priority_queue<T, std::vector<T>, std::greater<T>>;

  Host* FindHost(const std::string& name);
  void Schedule(Host* host);
  std::optional<Event> NextOf(Host* host, TimePoint now);
  Reason Verdict(const Host& host, const Origin& origin, const Task& task) const;
  Milliseconds PauseOf(const Host& host) const;
  void DropIdleHosts(TimePoint now);

  const PolitenessOptions options_;
  std::unordered_map<std::string, std::unique_ptr<Host>> hosts_;
  MinHeap<Due> due_;
  MinHeap<Delayed> delayed_;
  uint64_t sequence_ = 0;
  size_t sweep_at_hosts_ = 1 << 16;
};

}  // namespace owt::scrape
