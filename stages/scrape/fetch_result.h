#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace owt::scrape {

// Why a URL gave no page. The numbers are written to the journal: new reasons go to the end.
enum class Reason : uint16_t {
  kNone = 0,
  kInvalidUrl,         // not an absolute http(s) URL of at most kMaxUrlBytes
  kDns,                // the host name does not resolve
  kConnect,            // refused or unreachable
  kConnectTimeout,     // no connection within the connect timeout
  kTimeout,            // the whole exchange passed its deadline
  kTooSlow,            // fewer bytes per second than the limit for too long
  kConnectionReset,    // the connection broke before or inside the answer
  kTruncatedBody,      // fewer bytes than Content-Length or chunks promised
  kTls,                // handshake or certificate
  kBadResponse,        // not HTTP
  kBadEncoding,        // Content-Encoding that does not decode
  kTooLarge,           // body above the byte cap, on the wire or decoded
  kDecompressionBomb,  // decoded to wire bytes above the ratio cap
  kHeadersTooLarge,    // header block above the cap
  kContentType,        // neither HTML nor plain text, by header or by its first bytes
  kHttpStatus,         // an answer other than 2xx; its name is http_NNN
  kTooManyRedirects,   // more hops than allowed
  kBadRedirect,        // no Location, or one that is not an http(s) URL
  kBlockedAddress,     // resolves to an address that is not public
  kBlockedPort,        // not a port of web servers
  kRobots,             // robots.txt forbids it
  kRobotsUnreachable,  // robots.txt failed, which forbids all (RFC 9309 2.3.1.4)
  kCrawlDelayTooLong,  // robots.txt asks for a longer delay than we are ready to keep
  kHostUnreachable,    // given up on the host after failures in a row
  kEmptyText,          // no main text in the page
  kBadText,            // bytes that the extractor refuses
  kInternal,           // libcurl refused the request for a reason of its own
};
inline constexpr int kNumReasons = 28;

// "http_404", "timeout", ...: snake_case, stable, the key in ledgers. `status` matters for
// kHttpStatus only (0 to 999; others are http_000). The view is valid for ever.
std::string_view ReasonName(Reason reason, int status);

// What came of one request.
struct FetchResult {
  Reason reason = Reason::kNone;
  int status = 0;            // HTTP status, 0 where none came
  std::string location;      // Location header of a 3xx
  std::string content_type;  // without parameters, lower case
  std::string charset;       // the header's charset parameter, lower case
  std::string retry_after;   // Retry-After header as sent
  std::string body;          // decoded
  uint64_t wire_bytes = 0;   // of the body, before decoding
  int64_t elapsed_ms = 0;
};

}  // namespace owt::scrape
