// The crawl with several event loops against a web server in this process, on loopback.
#include "stages/scrape/crawl.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace owt::scrape {
namespace {

// One port on 127.0.1.1 to 127.0.1.N, a host each; a thread per connection.
//   /page       a page                       /to/K/PATH   a redirect to PATH at host K
//   /status/N   an empty answer with N       /slow        no answer for a second
// robots.txt: host 2 forbids /page, host 3 sends to host 2's, host 4 sends round in a circle.
class WebServer {
 public:
  explicit WebServer(int num_hosts) {
    for (int k = 1; k <= num_hosts; ++k) {
      const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      sockaddr_in address{};
      address.sin_family = AF_INET;
      address.sin_port = htons(port_);
      address.sin_addr.s_addr = htonl(0x7F000100 + static_cast<uint32_t>(k));
      socklen_t length = sizeof(address);
      EXPECT_EQ(bind(listener, reinterpret_cast<sockaddr*>(&address), length), 0);
      EXPECT_EQ(listen(listener, 64), 0);
      getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length);
      port_ = ntohs(address.sin_port);
      listeners_.push_back(listener);
      threads_.emplace_back(&WebServer::Accept, this, listener, k);
    }
  }

  ~WebServer() {
    for (const int listener : listeners_) shutdown(listener, SHUT_RDWR);
    for (size_t i = 0; i < threads_.size(); ++i) threads_[i].join();
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      for (const int connection : connections_) shutdown(connection, SHUT_RDWR);
    }
    for (std::thread& thread : connection_threads_) thread.join();
    for (const int listener : listeners_) close(listener);
    for (const int connection : connections_) close(connection);
  }

  std::string Url(int host, std::string_view path) const {
    return fmt::format("http://127.0.1.{}:{}{}", host, port_, path);
  }

  int num_requests() const { return num_requests_; }

 private:
  void Accept(int listener, int host) {
    while (true) {
      const int connection = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
      if (connection < 0) return;
      const std::lock_guard<std::mutex> lock(mutex_);
      connections_.push_back(connection);
      connection_threads_.emplace_back(&WebServer::Serve, this, connection, host);
    }
  }

  void Serve(int connection, int host) {
    std::string pending;
    char buffer[4096];
    while (true) {
      const size_t end = pending.find("\r\n\r\n");
      if (end == std::string::npos) {
        const ssize_t count = recv(connection, buffer, sizeof(buffer), 0);
        if (count <= 0) return;
        pending.append(buffer, static_cast<size_t>(count));
        continue;
      }
      const size_t path = pending.find(' ') + 1;
      const std::string answer = Answer(host, pending.substr(path, pending.find(' ', path) - path));
      pending.erase(0, end + 4);
      ++num_requests_;
      if (send(connection, answer.data(), answer.size(), MSG_NOSIGNAL) < 0) return;
    }
  }

  static std::string Http(int status, std::string_view headers, std::string_view body) {
    return fmt::format("HTTP/1.1 {} X\r\nContent-Length: {}\r\n{}\r\n{}", status, body.size(),
                       headers, body);
  }

  std::string Redirect(int host, std::string_view path) const {
    return Http(302, fmt::format("Location: {}\r\n", Url(host, path)), "");
  }

  std::string Answer(int host, const std::string& path) const {
    if (path == "/robots.txt") {
      if (host == 2) return Http(200, "", "user-agent: *\ndisallow: /page\n");
      if (host == 3) return Redirect(2, "/robots.txt");
      if (host == 4) return Redirect(4, "/robots.txt");
      return Http(404, "", "none");
    }
    if (path.starts_with("/to/")) {
      const size_t slash = path.find('/', 4);
      return Redirect(std::stoi(path.substr(4)), path.substr(slash));
    }
    if (path.starts_with("/status/")) return Http(std::stoi(path.substr(8)), "", "");
    if (path == "/slow") std::this_thread::sleep_for(std::chrono::seconds(1));
    return Http(200, "Content-Type: text/html\r\n", "<p>" + path);
  }

  uint16_t port_ = 0;
  std::vector<int> listeners_;
  std::vector<std::thread> threads_;
  std::mutex mutex_;
  std::vector<int> connections_;                 // guarded by mutex_
  std::vector<std::thread> connection_threads_;  // guarded by mutex_
  std::atomic<int> num_requests_ = 0;
};

CrawlOptions Options(int num_loops) {
  InitCurl();
  CrawlOptions options;
  options.fetcher.user_agent = "owt/test";
  options.fetcher.allow_private = true;
  options.fetcher.max_open = 64;
  options.politeness.min_delay = Milliseconds(1);
  options.politeness.delay_factor = 0;
  options.retry_delay = Milliseconds(5);
  options.num_loops = num_loops;
  return options;
}

struct Collected {
  std::mutex mutex;
  std::map<uint64_t, Outcome> outcomes;
};

// Fetches all, and gives the outcome of each by its place in the list.
std::map<uint64_t, Outcome> Fetch(const CrawlOptions& options,
                                  const std::vector<std::string>& urls) {
  Collected collected;
  std::atomic<Crawl*> self = nullptr;
  Crawl crawl(options, [&](Outcome outcome) {
    self.load()->Handled(outcome.result.body.size());
    const std::lock_guard<std::mutex> lock(collected.mutex);
    const uint64_t ordinal = outcome.ordinal;
    EXPECT_TRUE(collected.outcomes.emplace(ordinal, std::move(outcome)).second) << ordinal;
  });
  self = &crawl;
  for (size_t i = 0; i < urls.size(); ++i) {
    while (!crawl.Submit(i, urls[i])) crawl.WaitForRoom(Milliseconds(100));
  }
  const TimePoint limit = Clock::now() + std::chrono::seconds(60);
  while (!crawl.WaitUntilIdle(Milliseconds(100)) && Clock::now() < limit) {
  }
  EXPECT_EQ(collected.outcomes.size(), urls.size());
  return std::move(collected.outcomes);
}

TEST(CrawlTest, EveryUrlHasItsOutcomeOnAnyNumberOfLoops) {
  constexpr int kHosts = 12;
  WebServer server(kHosts);
  std::vector<std::string> urls;
  std::vector<std::string> wanted;
  const auto add = [&](std::string url, std::string_view reason) {
    urls.push_back(std::move(url));
    wanted.emplace_back(reason);
  };
  for (int i = 0; i < 20; ++i) {
    for (int k = 5; k <= kHosts; ++k) {
      add(server.Url(k, fmt::format("/page/{}", i)), "none");
      add(server.Url(k, fmt::format("/to/{}/page/{}", 5 + (k + i) % (kHosts - 4), i)), "none");
    }
  }
  add(server.Url(2, "/page"), "robots");
  add(server.Url(2, "/other"), "none");
  add(server.Url(3, "/page"), "robots");       // robots.txt of another host
  add(server.Url(4, "/page"), "none");         // more hops than RFC 9309 asks for: none there
  add(server.Url(5, "/to/2/page"), "robots");  // each hop asks its host
  add(server.Url(5, "/to/3/to/2/page"), "robots");
  add(server.Url(5, "/status/503"), "http_503");
  add("http:", "invalid_url");
  for (const int num_loops : {1, 3}) {
    const auto outcomes = Fetch(Options(num_loops), urls);
    for (size_t i = 0; i < urls.size(); ++i) {
      const FetchResult& result = outcomes.at(i).result;
      EXPECT_EQ(ReasonName(result.reason, result.status), wanted[i]) << urls[i];
    }
    EXPECT_EQ(outcomes.at(1).redirects, 1);
  }
}

TEST(CrawlTest, FewPlacesAndLittleMemoryOnlySlowItDown) {
  WebServer server(8);
  std::vector<std::string> urls;
  for (int i = 0; i < 200; ++i) urls.push_back(server.Url(5 + i % 4, fmt::format("/page/{}", i)));
  CrawlOptions options = Options(2);
  options.max_waiting_urls = 5;
  options.max_body_bytes = 1;
  options.fetcher.max_open = 2;
  for (const auto& [ordinal, outcome] : Fetch(options, urls)) {
    EXPECT_EQ(outcome.result.body, fmt::format("<p>/page/{}", ordinal));
  }
}

TEST(CrawlTest, StopLeavesWhatRuns) {
  WebServer server(6);
  std::atomic<int> num_outcomes = 0;
  Crawl crawl(Options(2), [&](const Outcome&) { ++num_outcomes; });
  for (uint64_t i = 0; i < 50; ++i)
    crawl.Submit(i, server.Url(5 + static_cast<int>(i % 2), "/slow"));
  while (server.num_requests() < 2) std::this_thread::sleep_for(Milliseconds(5));
  crawl.Stop();
  EXPECT_LT(num_outcomes, 50);
}

}  // namespace
}  // namespace owt::scrape
