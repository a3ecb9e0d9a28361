#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace owt::trainer {

struct HttpAnswer {
  int code = 0;
  std::string body;
  std::string retry_after;  // the header; empty where there is none
};

// PUT of a JSON body to http://SERVER/PATH; `server` is HOST:PORT, with an IPv6 address in
// brackets. Waits for the whole answer, which may take as long as the server likes, until
// `cancelled`. Takes what our server sends: Content-Length, or an end by closing. Throws
// Error{kUsage} where `server` is none, kExternal naming it where it cannot be reached or does not
// speak HTTP, kInterrupted.
HttpAnswer HttpPut(const std::string& server, std::string_view path, std::string_view body,
                   const std::function<bool()>& cancelled);

}  // namespace owt::trainer
