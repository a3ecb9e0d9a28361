#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace owt::trainer {

struct HttpLimits {
  size_t head_bytes = 16 << 10;  // request line and headers
  size_t body_bytes = 1 << 20;
};

struct HttpRequest {
  std::string method;
  std::string path;  // of the target, without the query
  std::string host;  // lower case, with the port; empty where HTTP/1.0 gives none
  std::string body;
  bool keep_alive = true;
  std::string origin;  // lower case; empty where none is given
};

// "example.org:5000" or "[::1]:5000" without the port.
std::string_view HostName(std::string_view host);

// Reads the requests of one connection from bytes that come in any pieces: HTTP/1.1 and 1.0
// (RFC 9112), bodies by Content-Length or chunked. What two programs could read in two ways is
// refused. Memory: the limits.
class HttpParser {
 public:
  enum class Status { kMore, kComplete, kFailed };

  explicit HttpParser(HttpLimits limits) : limits_(limits) {}

  // REQUIRES: the last status was kMore. At the end of a request the bytes behind it are kept for
  // the next one.
  Status Feed(std::string_view bytes);

  // After kComplete: the request. Then Feed("") looks for the next one.
  HttpRequest Take();

  // After kFailed: the answer's status code, and why.
  int error_code() const { return error_code_; }

  const std::string& error() const { return error_; }

  // Whether a byte of a request has come that is not complete yet.
  bool begun() const { return begun_; }

  // True once per request that waits for "100 Continue" before it sends its body.
  bool TakeExpectsContinue();

 private:
  enum class Part { kHead, kBody, kChunkSize, kChunk, kChunkEnd, kTrailer, kDone };

  Status Fail(int code, std::string why);
  // Each reads what is there and returns kMore until its part is complete, which it says by
  // changing part_.
  Status ReadHead();
  Status ReadBody();
  Status ReadChunkSize();
  Status ReadChunk();
  Status ReadChunkEnd();
  Status ReadTrailer();

  // A whole line without its end, which is CRLF or LF; false: not there yet.
  bool TakeLine(std::string_view* line);
  Status ParseRequestLine(std::string_view line);
  Status ParseHeader(std::string_view line);
  Status FinishHead();

  HttpLimits limits_;
  std::string buffer_;
  size_t at_ = 0;          // read so far of buffer_
  size_t head_bytes_ = 0;  // of head, chunk sizes and trailers
  Part part_ = Part::kHead;
  bool begun_ = false, first_line_ = true;
  HttpRequest request_;
  // Of the headers.
  bool http_1_0_ = false, has_host_ = false, has_length_ = false, chunked_ = false;
  bool expects_continue_ = false;
  uint64_t remaining_ = 0;  // of the body or the chunk
  int error_code_ = 0;
  std::string error_;
};

}  // namespace owt::trainer
