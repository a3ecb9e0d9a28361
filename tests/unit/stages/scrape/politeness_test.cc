#include "stages/scrape/politeness.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <string>

namespace owt::scrape {
namespace {

using std::chrono::milliseconds;

const TimePoint kStart = TimePoint() + std::chrono::hours(1);

Task Page(uint64_t ordinal, const std::string& url) {
  Task task;
  task.target = *ParseTarget(url);
  task.ordinal = ordinal;
  task.listed_url = url;
  return task;
}

PolitenessOptions Politeness(int delay_ms, double factor = 0) {
  PolitenessOptions options;
  options.min_delay = milliseconds(delay_ms);
  options.delay_factor = factor;
  return options;
}

// Answers a request for robots.txt at once.
void AnswerRobots(Frontier* frontier, const Task& task, const std::string& body, TimePoint now) {
  frontier->OnFinished(task.target.host, now, milliseconds(0), false);
  frontier->SetRobots(task.robots_host, task.robots_origin, Robots::Parse(body, "owt"),
                      Reason::kNone, now);
}

TEST(FrontierTest, RobotsComesBeforeTheFirstPageAndOnce) {
  Frontier frontier(Politeness(100));
  frontier.Add(Page(1, "http://a.test/1"));
  frontier.Add(Page(2, "http://a.test/2"));
  auto event = frontier.Next(kStart);
  ASSERT_TRUE(event);
  EXPECT_EQ(event->task.target.url, "http://a.test/robots.txt");
  EXPECT_EQ(event->task.robots_origin, "http://a.test:80");
  EXPECT_FALSE(frontier.Next(kStart + milliseconds(500)));  // one connection per host
  AnswerRobots(&frontier, event->task, "", kStart + milliseconds(500));
  EXPECT_FALSE(frontier.Next(kStart + milliseconds(599)));
  EXPECT_EQ(frontier.NextDue(), kStart + milliseconds(600));
  event = frontier.Next(kStart + milliseconds(600));
  ASSERT_TRUE(event);
  EXPECT_EQ(event->task.ordinal, 1u);
  frontier.OnFinished("a.test", kStart + milliseconds(700), milliseconds(100), false);
  EXPECT_FALSE(frontier.Next(kStart + milliseconds(799)));
  event = frontier.Next(kStart + milliseconds(800));
  ASSERT_TRUE(event);
  EXPECT_EQ(event->task.ordinal, 2u);
}

TEST(FrontierTest, EachOriginHasItsRobotsButHostsShareTheQueue) {
  Frontier frontier(Politeness(10));
  frontier.Add(Page(1, "http://a.test/1"));
  frontier.Add(Page(2, "https://a.test/2"));
  auto first = frontier.Next(kStart);
  ASSERT_TRUE(first);
  EXPECT_FALSE(frontier.Next(kStart));
  AnswerRobots(&frontier, first->task, "", kStart);
  auto page = frontier.Next(kStart + milliseconds(10));
  ASSERT_TRUE(page);
  EXPECT_EQ(page->task.ordinal, 1u);
  frontier.OnFinished("a.test", kStart + milliseconds(10), milliseconds(0), false);
  auto second = frontier.Next(kStart + milliseconds(20));
  ASSERT_TRUE(second);
  EXPECT_EQ(second->task.robots_origin, "https://a.test:443");
}

TEST(FrontierTest, DisallowedPagesAreHandedBackWithoutPause) {
  Frontier frontier(Politeness(1000));
  for (uint64_t i = 0; i < 3; ++i) frontier.Add(Page(i, fmt::format("http://a.test/no/{}", i)));
  auto robots = frontier.Next(kStart);
  AnswerRobots(&frontier, robots->task, "user-agent: *\ndisallow: /no/", kStart);
  for (uint64_t i = 0; i < 3; ++i) {
    auto event = frontier.Next(kStart + milliseconds(1000));
    ASSERT_TRUE(event);
    EXPECT_EQ(event->task.ordinal, i);
    EXPECT_EQ(event->reason, Reason::kRobots);
  }
  EXPECT_FALSE(frontier.Next(kStart + milliseconds(5000)));
}

TEST(FrontierTest, FailedRobotsFailsThePages) {
  Frontier frontier(Politeness(0));
  frontier.Add(Page(1, "http://a.test/1"));
  auto robots = frontier.Next(kStart);
  frontier.OnFinished("a.test", kStart, milliseconds(0), true);
  frontier.SetRobots("a.test", robots->task.robots_origin, Robots::DisallowAll(), Reason::kDns,
                     kStart);
  auto event = frontier.Next(kStart);
  ASSERT_TRUE(event);
  EXPECT_EQ(event->reason, Reason::kDns);
}

TEST(FrontierTest, PauseIsTheLargestOfFloorCrawlDelayAndAdaptive) {
  Frontier frontier(Politeness(100, 2.0));
  frontier.Add(Page(1, "http://a.test/1"));
  frontier.Add(Page(2, "http://a.test/2"));
  auto robots = frontier.Next(kStart);
  AnswerRobots(&frontier, robots->task, "user-agent: *\ncrawl-delay: 1.5", kStart);
  TimePoint now = kStart + milliseconds(1500);
  EXPECT_FALSE(frontier.Next(now - milliseconds(1)));
  ASSERT_TRUE(frontier.Next(now));
  frontier.OnFinished("a.test", now, milliseconds(2000), false);  // slow: 4 s
  now += milliseconds(4000);
  EXPECT_FALSE(frontier.Next(now - milliseconds(1)));
  ASSERT_TRUE(frontier.Next(now));
  frontier.OnFinished("a.test", now, milliseconds(1), false);
  EXPECT_FALSE(frontier.NextDue());  // nothing left
}

TEST(FrontierTest, HostThatAsksForTooLongADelayIsLeftAlone) {
  for (const char* delay : {"61", "1e300"}) {
    Frontier frontier(Politeness(0));
    frontier.Add(Page(1, "http://a.test/1"));
    auto robots = frontier.Next(kStart);
    AnswerRobots(&frontier, robots->task, std::string("user-agent: *\ncrawl-delay: ") + delay,
                 kStart);
    auto event = frontier.Next(kStart + std::chrono::hours(1));
    ASSERT_TRUE(event);
    EXPECT_EQ(event->reason, Reason::kCrawlDelayTooLong);
  }
}

TEST(FrontierTest, HoldAndDelayedTasks) {
  Frontier frontier(Politeness(0));
  frontier.Add(Page(1, "http://a.test/1"));
  auto robots = frontier.Next(kStart);
  AnswerRobots(&frontier, robots->task, "", kStart);
  auto page = frontier.Next(kStart);
  ASSERT_TRUE(page);
  frontier.Hold("a.test", kStart + milliseconds(5000));
  frontier.OnFinished("a.test", kStart, milliseconds(1), false);
  frontier.AddLater(page->task, kStart + milliseconds(300));
  frontier.Add(Page(2, "http://a.test/2"));
  EXPECT_FALSE(frontier.Next(kStart + milliseconds(4999)));
  auto again = frontier.Next(kStart + milliseconds(5000));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->task.ordinal, 1u);  // the retry goes first
}

TEST(FrontierTest, HostIsGivenUpAfterFailuresInARow) {
  Frontier frontier(Politeness(0));
  for (uint64_t i = 0; i < 8; ++i) frontier.Add(Page(i, fmt::format("http://a.test/{}", i)));
  auto robots = frontier.Next(kStart);
  AnswerRobots(&frontier, robots->task, "", kStart);
  int num_fetched = 0;
  int num_given_up = 0;
  while (auto event = frontier.Next(kStart)) {
    if (event->reason == Reason::kNone) {
      ++num_fetched;
      frontier.OnFinished("a.test", kStart, milliseconds(0), true);
    } else {
      EXPECT_EQ(event->reason, Reason::kHostUnreachable);
      ++num_given_up;
    }
  }
  EXPECT_EQ(num_fetched, 5);
  EXPECT_EQ(num_given_up, 3);
}

TEST(FrontierTest, StaleRobotsIsAskedForAgain) {
  Frontier frontier(Politeness(0));
  frontier.Add(Page(1, "http://a.test/1"));
  auto robots = frontier.Next(kStart);
  AnswerRobots(&frontier, robots->task, "", kStart);
  ASSERT_TRUE(frontier.Next(kStart));
  frontier.OnFinished("a.test", kStart, milliseconds(0), false);
  frontier.Add(Page(2, "http://a.test/2"));
  auto event = frontier.Next(kStart + std::chrono::hours(25));
  ASSERT_TRUE(event);
  EXPECT_FALSE(event->task.robots_origin.empty());
}

TEST(FrontierTest, IdleHostsAreForgotten) {
  Frontier frontier(Politeness(0));
  TimePoint now = kStart;
  for (uint64_t i = 0; i < 150'000; ++i) {
    frontier.Add(Page(i, fmt::format("http://h{}.test/", i)));
    auto robots = frontier.Next(now);
    ASSERT_TRUE(robots);
    AnswerRobots(&frontier, robots->task, "", now);
    ASSERT_TRUE(frontier.Next(now));
    frontier.OnFinished(fmt::format("h{}.test", i), now, milliseconds(0), false);
    ASSERT_FALSE(frontier.Next(now));
    now += milliseconds(1);
  }
  EXPECT_LT(frontier.num_hosts(), 70'000u);
}

// A simulated web: random hosts, response times, Crawl-delays and failures. Every page comes out
// once, no host sees two requests at a time or one before its pause is over.
TEST(FrontierTest, SimulationKeepsThePromises) {
  for (const int connections : {1, 2}) {
    std::mt19937 random(static_cast<unsigned>(connections));
    PolitenessOptions options = Politeness(50, 1.0);
    options.connections_per_host = connections;
    options.max_host_failures = 1'000'000;
    Frontier frontier(options);
    constexpr uint64_t kPages = 3000;
    for (uint64_t i = 0; i < kPages; ++i) {
      const auto host = random() % 40 * (random() % 2);  // one host has half of all
      frontier.Add(Page(i, fmt::format("http://h{}.test/{}", host, i)));
    }

    struct Server {
      int num_open = 0;
      TimePoint allowed = TimePoint::min();
    };

    std::map<std::string, Server> servers;
    std::multimap<TimePoint, std::pair<Task, milliseconds>> open;
    std::map<uint64_t, int> num_seen;
    int num_robots = 0;
    TimePoint now = kStart;
    for (int step = 0; step < 100'000; ++step) {
      while (auto event = frontier.Next(now)) {
        ASSERT_EQ(event->reason, Reason::kNone);
        Server& server = servers[event->task.target.host];
        ASSERT_LT(server.num_open, connections);
        ASSERT_GE(now, server.allowed);
        ++server.num_open;
        server.allowed = now + milliseconds(50);
        const milliseconds time(random() % 200);
        open.emplace(now + time, std::make_pair(event->task, time));
      }
      if (open.empty() && !frontier.NextDue()) break;
      TimePoint next = frontier.NextDue().value_or(TimePoint::max());
      if (!open.empty()) next = std::min(next, open.begin()->first);
      now = std::max(now, next);
      while (!open.empty() && open.begin()->first <= now) {
        auto [task, time] = open.begin()->second;
        open.erase(open.begin());
        Server& server = servers[task.target.host];
        --server.num_open;
        server.allowed = std::max(server.allowed, now + std::max(time, milliseconds(50)));
        frontier.OnFinished(task.target.host, now, time, false);
        if (!task.robots_origin.empty()) {
          ++num_robots;
          frontier.SetRobots(task.robots_host, task.robots_origin, Robots(), Reason::kNone, now);
        } else if (random() % 10 == 0) {
          frontier.AddLater(task, now + milliseconds(random() % 1000));
        } else {
          ++num_seen[task.ordinal];
        }
      }
    }
    EXPECT_EQ(num_robots, static_cast<int>(servers.size()));
    EXPECT_EQ(num_seen.size(), kPages);
    for (const auto& [ordinal, count] : num_seen) EXPECT_EQ(count, 1) << ordinal;
  }
}

}  // namespace
}  // namespace owt::scrape
