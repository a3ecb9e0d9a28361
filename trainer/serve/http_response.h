#pragma once

#include <string>
#include <utility>
#include <vector>

namespace owt::trainer {

struct HttpResponse {
  int code = 200;
  std::string content_type;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;  // further ones
};

// As HTTP/1.1 sends it; without a body it is the answer to HEAD.
std::string SerializeResponse(const HttpResponse& response, bool keep_alive, bool with_body);

}  // namespace owt::trainer
