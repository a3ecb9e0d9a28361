// Bytes of any kind as HTTP requests: within the limits, and the same however they are cut.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "trainer/serve/http_parser.h"

namespace {

using owt::trainer::HttpParser;
using owt::trainer::HttpRequest;

constexpr owt::trainer::HttpLimits kLimits = {200, 100};

struct Outcome {
  std::vector<std::string> requests;
  int error_code = 0;

  bool operator==(const Outcome&) const = default;
};

Outcome Read(std::string_view bytes, size_t piece) {
  Outcome outcome;
  HttpParser parser(kLimits);
  while (!bytes.empty()) {
    HttpParser::Status status = parser.Feed(bytes.substr(0, piece));
    bytes.remove_prefix(std::min(piece, bytes.size()));
    while (status == HttpParser::Status::kComplete) {
      const HttpRequest request = parser.Take();
      if (request.method.empty() || request.path.size() > kLimits.head_bytes) abort();
      if (request.body.size() > kLimits.body_bytes) abort();
      outcome.requests.push_back(request.method + ' ' + request.path + ' ' + request.host + ' ' +
                                 request.origin + ' ' + request.body +
                                 (request.keep_alive ? "+" : "-"));
      status = parser.Feed({});
    }
    if (status == HttpParser::Status::kFailed) {
      outcome.error_code = parser.error_code();
      if (outcome.error_code < 400 || parser.error().empty()) abort();
      break;
    }
  }
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  if (!(Read(bytes, SIZE_MAX) == Read(bytes, 1 + data[0] % 32))) abort();
  return 0;
}
