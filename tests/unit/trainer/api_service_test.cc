// The server, the service and the client together, with a model that the test controls.
#include "trainer/serve/api_service.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "pipeline/error.h"
#include "trainer/serve/http_client.h"

namespace owt::trainer {
namespace {

constexpr const char* kBody = R"({"prompts": ["a"]})";

// A server whose requests wait until `open`; the answer of "throw" is an exception.
class Running {
 public:
  explicit Running(ApiServiceOptions options = {}, HttpServerOptions http = {})
      : server_((http.port = 0, http)), service_(options, server_) {
    http_ = std::thread([this] {
      server_.Run(service_.Handlers(), [this] {
        if (stop) service_.StopWork();
        return stop.load();
      });
    });
    worker_ = std::thread([this] {
      service_.Work(
          [this](const ApiRequest& request, const std::function<bool()>& cancelled) {
            ++started;
            while (!open && !cancelled()) std::this_thread::yield();
            ++finished;
            if (request.prompts[0] == "throw") throw Error(ErrorKind::kExternal, "no luck");
            return ApiAnswer{200, "{}", 1, 2};
          },
          [](std::string_view) {});
    });
  }

  ~Running() {
    open = true;
    stop = true;
    http_.join();
    worker_.join();
  }

  HttpAnswer Put(const std::string& body = kBody, const std::string& path = "/api") {
    return HttpPut(server_.address(), path, body, [] { return false; });
  }

  const std::string& address() const { return server_.address(); }

  std::atomic<bool> open = true, stop = false;
  std::atomic<int> started = 0, finished = 0;

 private:
  HttpServer server_;
  ApiService service_;
  std::thread http_, worker_;
};

void WaitFor(const std::function<bool()>& condition) {
  while (!condition()) std::this_thread::yield();
}

TEST(ApiServiceTest, AnswersAndRefuses) {
  Running running;
  EXPECT_EQ(running.Put().code, 200);
  EXPECT_EQ(running.Put().body, "{}");
  EXPECT_EQ(running.Put("{}").code, 400);
  EXPECT_EQ(running.Put("{}").body, "\"prompts argument required\"");
  EXPECT_EQ(running.Put(kBody, "/healthz").code, 405);
  EXPECT_EQ(running.Put(kBody, "/other").code, 404);
  EXPECT_EQ(running.Put(R"({"prompts": ["throw"]})").body, "\"no luck\"");
  EXPECT_EQ(running.Put(R"({"prompts": ["throw"]})").code, 500);
  EXPECT_EQ(running.Put().code, 200);
}

TEST(ApiServiceTest, NobodyWorksForAClientThatIsGone) {
  Running running;
  running.open = false;
  EXPECT_THROW(HttpPut(running.address(), "/api", kBody, [&] { return running.started == 1; }),
               Error);
  WaitFor([&] { return running.finished == 1; });
  running.open = true;
  EXPECT_EQ(running.Put().code, 200);
}

TEST(ApiServiceTest, TooLateIsTold) {
  ApiServiceOptions options;
  options.time_limit = std::chrono::milliseconds(1);
  Running running(options);
  running.open = false;
  const HttpAnswer answer = running.Put();
  EXPECT_EQ(answer.code, 503);
  EXPECT_EQ(answer.retry_after, "1");
}

TEST(ApiServiceTest, AtTheEndWhatRunsIsFinished) {
  Running running;
  running.open = false;
  HttpAnswer first;
  std::thread client([&] { first = running.Put(); });
  WaitFor([&] { return running.started == 1; });
  running.stop = true;
  // The listening socket is closed once the end is known.
  WaitFor([&] {
    try {
      return running.Put().code == 503 && false;
    } catch (const Error&) {
      return true;
    }
  });
  running.open = true;
  client.join();
  EXPECT_EQ(first.code, 200);
}

}  // namespace
}  // namespace owt::trainer
