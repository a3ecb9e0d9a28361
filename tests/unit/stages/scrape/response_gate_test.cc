#include "stages/scrape/response_gate.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>

namespace owt::scrape {
namespace {

struct Answer {
  FetchResult result;
  bool goes_on = true;
};

Answer Headers(std::initializer_list<std::string> lines, ResponseLimits limits = {}) {
  Answer answer;
  ResponseGate gate(limits, &answer.result);
  for (const std::string& line : lines) {
    answer.goes_on = gate.OnHeader(line + "\r\n");
    if (!answer.goes_on) break;
  }
  return answer;
}

TEST(ResponseGateTest, ContentTypeAndCharset) {
  Answer answer =
      Headers({"HTTP/1.1 200 OK", "Content-Type: Text/HTML; x=1; Charset=\"UTF-8\"", ""});
  EXPECT_TRUE(answer.goes_on);
  EXPECT_EQ(answer.result.status, 200);
  EXPECT_EQ(answer.result.content_type, "text/html");
  EXPECT_EQ(answer.result.charset, "utf-8");
  EXPECT_EQ(
      Headers({"HTTP/1.1 200 OK", "content-type:text/html;charset=koi8-r", ""}).result.charset,
      "koi8-r");
  EXPECT_EQ(Headers({"HTTP/1.1 200 OK", "content-type: text/html; charset", ""}).result.charset,
            "");
}

TEST(ResponseGateTest, OtherTypesStopAtTheHeader) {
  for (const char* type : {"image/png", "application/pdf", "video/mp4", "application/json"}) {
    Answer answer = Headers({"HTTP/1.1 200 OK", std::string("Content-Type: ") + type, ""});
    EXPECT_FALSE(answer.goes_on) << type;
    EXPECT_EQ(answer.result.reason, Reason::kContentType);
  }
  for (const char* type : {"text/html", "application/xhtml+xml", "text/plain"}) {
    EXPECT_TRUE(Headers({"HTTP/1.1 200 OK", std::string("Content-Type: ") + type, ""}).goes_on);
  }
  ResponseLimits robots;
  robots.any_content = true;
  EXPECT_TRUE(Headers({"HTTP/1.1 200 OK", "Content-Type: image/png", ""}, robots).goes_on);
}

TEST(ResponseGateTest, ErrorStatusKeepsItsHeaders) {
  Answer answer =
      Headers({"HTTP/1.1 429 Slow down", "Retry-After: 7", "Content-Type: image/png", ""});
  EXPECT_TRUE(answer.goes_on);
  EXPECT_EQ(answer.result.reason, Reason::kHttpStatus);
  EXPECT_EQ(answer.result.retry_after, "7");
  EXPECT_EQ(Headers({"HTTP/1.1 301 Moved", "Location: /x", ""}).result.location, "/x");
}

TEST(ResponseGateTest, InterimAnswersAreSkipped) {
  Answer answer = Headers({"HTTP/1.1 103 Early Hints", "Link: x", "", "HTTP/1.1 200 OK",
                           "Content-Type: text/html", ""});
  EXPECT_TRUE(answer.goes_on);
  EXPECT_EQ(answer.result.status, 200);
}

TEST(ResponseGateTest, HeaderBytesAreCapped) {
  FetchResult result;
  ResponseGate gate({}, &result);
  EXPECT_TRUE(gate.OnHeader("HTTP/1.1 200 OK\r\n"));
  bool goes_on = true;
  int num_lines = 0;
  for (; goes_on && num_lines < 10'000; ++num_lines) {
    goes_on = gate.OnHeader("X-Filler: " + std::string(100, 'x') + "\r\n");
  }
  EXPECT_FALSE(goes_on);
  EXPECT_LT(num_lines, 700);
  EXPECT_EQ(result.reason, Reason::kHeadersTooLarge);
}

TEST(ResponseGateTest, StackedCodingsAreRefused) {
  EXPECT_FALSE(Headers({"HTTP/1.1 200 OK", "Content-Encoding: gzip, gzip, gzip", ""}).goes_on);
  EXPECT_TRUE(Headers({"HTTP/1.1 200 OK", "Content-Encoding: gzip", ""}).goes_on);
}

TEST(ResponseGateTest, WireAndDecodedCaps) {
  ResponseLimits limits;
  limits.max_wire_bytes = 1000;
  limits.max_decoded_bytes = 5000;
  const std::string piece(100, 'x');
  FetchResult wire;
  ResponseGate wire_gate(limits, &wire);
  int n = 1;
  while (wire_gate.OnBody(piece, static_cast<uint64_t>(n) * 100)) ++n;
  EXPECT_EQ(n, 11);
  EXPECT_EQ(wire.reason, Reason::kTooLarge);
  EXPECT_TRUE(wire.body.empty());
  FetchResult decoded;
  ResponseGate decoded_gate(limits, &decoded);
  for (n = 1; decoded_gate.OnBody(piece, 60);) ++n;
  EXPECT_EQ(n, 51);
  EXPECT_EQ(decoded.reason, Reason::kTooLarge);
}

TEST(ResponseGateTest, Bombs) {
  FetchResult result;
  ResponseGate gate({}, &result);
  const std::string piece(16'384, 'x');
  int n = 1;
  while (gate.OnBody(piece, 1000)) ++n;
  EXPECT_EQ(result.reason, Reason::kDecompressionBomb);
  EXPECT_LE(n, 66);  // just above the floor of 1 MiB
}

TEST(ResponseGateTest, RobotsAreCutNotRefused) {
  ResponseLimits limits;
  limits.max_decoded_bytes = 150;
  limits.any_content = limits.cut_at_limit = true;
  FetchResult result;
  ResponseGate gate(limits, &result);
  EXPECT_TRUE(gate.OnBody(std::string(100, 'x'), 100));
  EXPECT_FALSE(gate.OnBody(std::string(100, 'x'), 200));
  EXPECT_TRUE(gate.is_cut());
  EXPECT_EQ(result.reason, Reason::kNone);
  EXPECT_EQ(result.body.size(), 150u);
}

TEST(ResponseGateTest, BodiesThatAreNotTextAreFoundByTheirFirstBytes) {
  auto judge = [](const std::string& body) {
    FetchResult result;
    ResponseGate gate({}, &result);
    gate.OnHeader("HTTP/1.1 200 OK\r\n");
    gate.OnHeader("Content-Type: text/html\r\n");
    gate.OnHeader("\r\n");
    if (gate.OnBody(body, body.size())) gate.OnEnd();
    return result.reason;
  };
  EXPECT_EQ(judge("%PDF-1.4 ..."), Reason::kContentType);
  EXPECT_EQ(judge(std::string("\x89PNG\r\n\x1a\n\0\0\0\r", 12)), Reason::kContentType);
  EXPECT_EQ(judge(std::string(600, '\0')), Reason::kContentType);
  EXPECT_EQ(judge("<html>\x1b[0m caf\xE9"), Reason::kNone);
  EXPECT_EQ(judge(std::string("\xFF\xFE<\0h\0", 6)), Reason::kNone);
  EXPECT_EQ(judge(""), Reason::kNone);
  EXPECT_EQ(judge(std::string(600, 'x') + '\0'), Reason::kNone);  // only the head decides
}

TEST(ResponseGateTest, LongErrorPagesAreNotReadToTheEnd) {
  FetchResult result;
  ResponseGate gate({}, &result);
  gate.OnHeader("HTTP/1.1 404 Not Found\r\n");
  gate.OnHeader("\r\n");
  int n = 1;
  while (gate.OnBody(std::string(16'384, 'x'), 1)) ++n;
  EXPECT_EQ(n, 5);
  EXPECT_EQ(result.reason, Reason::kHttpStatus);
  EXPECT_TRUE(result.body.empty());
}

}  // namespace
}  // namespace owt::scrape
