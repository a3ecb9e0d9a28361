#include "trainer/serve/http_parser.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>

namespace owt::trainer {
namespace {

using Status = HttpParser::Status;

constexpr const char* kHead = "PUT /api?x=1 HTTP/1.1\r\nHost: LocalHost:5000\r\n";

struct Result {
  Status status;
  HttpRequest request;
  int code = 0;
};

Result Parse(std::string_view bytes, HttpLimits limits = {}) {
  HttpParser parser(limits);
  Result result{parser.Feed(bytes), {}, parser.error_code()};
  if (result.status == Status::kComplete) result.request = parser.Take();
  return result;
}

TEST(HttpParserTest, ARequestWithABody) {
  const Result result = Parse(std::string(kHead) + "Content-Length: 5\r\n\r\nhello");
  ASSERT_EQ(result.status, Status::kComplete);
  EXPECT_EQ(result.request.method, "PUT");
  EXPECT_EQ(result.request.path, "/api");
  EXPECT_EQ(result.request.host, "localhost:5000");
  EXPECT_EQ(HostName(result.request.host), "localhost");
  EXPECT_EQ(HostName("[::1]:80"), "[::1]");
  EXPECT_EQ(result.request.body, "hello");
  EXPECT_TRUE(result.request.keep_alive);
}

TEST(HttpParserTest, Chunks) {
  const std::string head = std::string(kHead) + "Transfer-Encoding: Chunked\r\n\r\n";
  const Result result =
      Parse(head + "3;x=y\r\nhel\r\nA\r\nlo\r\n012345\r\n0\r\nTrailer: x\r\n\r\n");
  ASSERT_EQ(result.status, Status::kComplete);
  EXPECT_EQ(result.request.body, "hello\r\n012345");
  EXPECT_EQ(Parse(head + "3\r\nhell\r\n").code, 400);
  EXPECT_EQ(Parse(head + "3\r\nhelX\n").code, 400);
  EXPECT_EQ(Parse(head + "-1\r\n").code, 400);
  EXPECT_EQ(Parse(head + "\r\n").code, 400);
  EXPECT_EQ(Parse(head + "FFFFFFFFFFFFFFFFFF\r\n").code, 413);
  EXPECT_EQ(Parse(head + "6\r\nhello!\r\n5\r\n", {1000, 10}).code, 413);
  EXPECT_EQ(Parse(head + std::string(2000, '1'), {1000, 10}).code, 400);
  EXPECT_EQ(Parse(head + "0\r\n" + std::string(2000, 'x'), {1000, 10}).code, 431);
  std::string many = head;
  for (int i = 0; i < 5000; ++i) many += "1\r\nx\r\n";
  EXPECT_EQ(Parse(many + "0\r\n\r\n", {1000, 5000}).request.body, std::string(5000, 'x'));
}

TEST(HttpParserTest, KeepAlive) {
  EXPECT_FALSE(Parse(std::string(kHead) + "Connection: Close\r\n\r\n").request.keep_alive);
  EXPECT_FALSE(Parse("GET / HTTP/1.0\r\n\r\n").request.keep_alive);
  EXPECT_TRUE(Parse("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n").request.keep_alive);
}

TEST(HttpParserTest, WhatIsRefused) {
  const struct {
    const char* bytes;
    int code;
  } cases[] = {
      {"\x16\x03\x01\x02\n", 400},
      {"GET\r\n", 400},
      {"GET /\r\n", 400},
      {"GET  HTTP/1.1\r\n", 400},
      {"GET / HTTP/2.0\r\n", 505},
      {"GET / FTP\r\n", 400},
      {"G{T / HTTP/1.1\r\n", 400},
      {"GET /\x7F HTTP/1.1\r\n", 400},
      {"GET /a b HTTP/1.1\r\n", 400},
      {"GET / HTTP/1.1\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n", 400},
      {"GET / HTTP/1.1\r\nHost : a\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: a\r\n folded\r\n", 400},
      {"GET / HTTP/1.1\r\nNo colon\r\n", 400},
      {"GET / HTTP/1.1\r\nX: a\x01\r\n", 400},
      {"GET / HTTP/1.1\r\nX: a\rb\r\n", 400},
      {"GET / HTTP/1.1\r\nContent-Length: +1\r\n", 400},
      {"GET / HTTP/1.1\r\nContent-Length: \r\n", 400},
      {"GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n", 400},
      {"GET / HTTP/1.1\r\nContent-Length: 1, 1\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999999\r\n\r\n", 413},
      {"GET / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n", 501},
      {"GET / HTTP/1.1\r\nTransfer-Encoding: chunked, chunked\r\n", 501},
      {"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", 501},
      {"GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
      {"PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
      {"PUT / HTTP/1.1\r\nExpect: money\r\n", 417},
      {"PUT / HTTP/1.1\r\nContent-Encoding: gzip\r\n", 415},
  };

  for (const auto& item : cases) {
    const Result result = Parse(item.bytes);
    EXPECT_EQ(result.status, Status::kFailed) << item.bytes;
    EXPECT_EQ(result.code, item.code) << item.bytes;
  }
  EXPECT_EQ(Parse(std::string("GET / HTTP/1.1\r\nHost: a\0\r\n", 26)).code, 400);
}

TEST(HttpParserTest, Limits) {
  const HttpLimits limits{100, 10};
  EXPECT_EQ(Parse(std::string(100, 'x'), limits).status, Status::kMore);
  EXPECT_EQ(Parse(std::string(101, 'x'), limits).code, 431);
  EXPECT_EQ(
      Parse("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(80, 'x') + "\r\n\r\n", limits).code,
      431);
  EXPECT_EQ(Parse(std::string(101, '\n'), limits).code, 431);
  EXPECT_EQ(Parse(std::string(kHead) + "Content-Length: 10\r\n\r\n", limits).status, Status::kMore);
  EXPECT_EQ(Parse(std::string(kHead) + "Content-Length: 11\r\n\r\n", limits).code, 413);
}

TEST(HttpParserTest, ExpectContinueIsSaidOnce) {
  HttpParser parser({});
  parser.Feed(std::string(kHead) + "Expect: 100-continue\r\nContent-Length: 2\r\n");
  EXPECT_FALSE(parser.TakeExpectsContinue());
  parser.Feed("\r\n");
  EXPECT_TRUE(parser.TakeExpectsContinue());
  EXPECT_FALSE(parser.TakeExpectsContinue());
  EXPECT_EQ(parser.Feed("ab"), Status::kComplete);
}

// Several requests in a row, cut at random places, are read as if each came alone.
TEST(HttpParserTest, AnyPieces) {
  std::mt19937 random(3);
  for (int round = 0; round < 2000; ++round) {
    std::string bytes;
    const size_t count = 1 + random() % 4;
    for (size_t i = 0; i < count; ++i) {
      const std::string body(random() % 20, static_cast<char>('a' + i));
      bytes += random() % 2 == 0 ? "\r\n" : "";
      bytes += fmt::format("PUT /{} HTTP/1.1\nHost: x\r\n", i);
      if (random() % 2 == 0) {
        bytes += fmt::format("content-length:{}\r\n\r\n{}", body.size(), body);
      } else {
        bytes += "Transfer-Encoding: chunked\r\n\r\n";
        if (!body.empty()) bytes += fmt::format("{:x}\r\n{}\r\n", body.size(), body);
        bytes += "0\r\n\r\n";
      }
    }
    HttpParser parser({});
    size_t done = 0;
    Status status = Status::kMore;
    for (size_t at = 0; at < bytes.size();) {
      const size_t size = std::min<size_t>(1 + random() % 40, bytes.size() - at);
      status = parser.Feed(std::string_view(bytes).substr(at, size));
      at += size;
      while (status == Status::kComplete) {
        const HttpRequest request = parser.Take();
        EXPECT_EQ(request.path, fmt::format("/{}", done));
        EXPECT_EQ(request.body, std::string(request.body.size(), static_cast<char>('a' + done)));
        ++done;
        status = parser.Feed({});
      }
      ASSERT_EQ(status, Status::kMore);
    }
    EXPECT_EQ(done, count);
    EXPECT_FALSE(parser.begun());
  }
}

}  // namespace
}  // namespace owt::trainer
