#include "trainer/serve/http_client.h"

#include <fmt/format.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>

#include "pipeline/error.h"
#include "pipeline/fd.h"

namespace owt::trainer {
namespace {

constexpr size_t kMaxAnswerBytes = size_t{1} << 30;

struct HostPort {
  std::string host, port;
};

HostPort SplitServer(const std::string& server) {
  const size_t colon = server.rfind(':');
  HostPort parts;
  if (colon != std::string::npos) {
    parts = {server.substr(0, colon), server.substr(colon + 1)};
    if (parts.host.starts_with('[') && parts.host.ends_with(']')) {
      parts.host = parts.host.substr(1, parts.host.size() - 2);
    }
  }
  const bool digits =
      !parts.port.empty() && parts.port.find_first_not_of("0123456789") == std::string::npos;
  if (parts.host.empty() || !digits) {
    throw Error(
        ErrorKind::kUsage,
        fmt::format("--server takes HOST:PORT, for example 127.0.0.1:5000, not '{}'", server));
  }
  return parts;
}

Fd Connect(const std::string& server) {
  const HostPort parts = SplitServer(server);
  addrinfo hints = {};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  std::string why;
  if (const int error = getaddrinfo(parts.host.c_str(), parts.port.c_str(), &hints, &found)) {
    why = gai_strerror(error);
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, freeaddrinfo);
  for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
    Fd fd(socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0), server);
    if (fd.valid() && connect(fd.get(), at->ai_addr, at->ai_addrlen) == 0) return fd;
    why = std::strerror(errno);
  }
  throw Error(ErrorKind::kExternal,
              fmt::format("cannot reach the server {}: {}; start one with owt serve", server, why));
}

void SendAll(const Fd& fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t size = send(fd.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (size < 0 && errno == EINTR) continue;
    // The server may have answered and closed already, for example that the body is too large.
    if (size < 0) return;
    bytes.remove_prefix(static_cast<size_t>(size));
  }
}

// The value of a header, by its name in lower case; empty: none.
std::string HeaderOf(std::string_view head, std::string_view name) {
  for (size_t at = 0; at < head.size();) {
    const size_t end = std::min(head.find("\r\n", at), head.size());
    std::string line(head.substr(at, end - at));
    at = end + 2;
    const size_t colon = line.find(':');
    if (colon == std::string::npos) continue;
    for (size_t i = 0; i < colon; ++i) line[i] = static_cast<char>(std::tolower(line[i]));
    if (line.compare(0, colon, name) != 0) continue;
    const size_t value = line.find_first_not_of(" \t", colon + 1);
    return value == std::string::npos ? std::string() : line.substr(value);
  }
  return {};
}

// Bytes until the answer is whole; false: `text` holds it, or the server has closed.
bool ReadMore(const Fd& fd, const std::string& server, const std::function<bool()>& cancelled,
              std::string* text) {
  pollfd waiting = {fd.get(), POLLIN, 0};
  while (poll(&waiting, 1, 100) <= 0) {
    if (cancelled()) throw Error(ErrorKind::kInterrupted, "interrupted");
  }
  std::array<char, 64 << 10> bytes;
  const ssize_t size = recv(fd.get(), bytes.data(), bytes.size(), 0);
  if (size < 0 && errno == EINTR) return true;
  if (size < 0) ThrowErrno(ErrorKind::kExternal, "the server's answer cannot be read", server);
  text->append(bytes.data(), static_cast<size_t>(size));
  if (text->size() > kMaxAnswerBytes) {
    throw Error(ErrorKind::kExternal, "the server's answer does not end", server);
  }
  return size > 0;
}

[[noreturn]] void ThrowNoHttp(const std::string& server, std::string_view what) {
  throw Error(ErrorKind::kExternal,
              fmt::format("{} from {}: is it a server of owt serve?", what, server));
}

}  // namespace

HttpAnswer HttpPut(const std::string& server, std::string_view path, std::string_view body,
                   const std::function<bool()>& cancelled) {
  const Fd fd = Connect(server);
  SendAll(fd, fmt::format("PUT {} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\n"
                          "Content-Length: {}\r\nConnection: close\r\n\r\n{}",
                          path, server, body.size(), body));
  std::string text;
  bool open = true;
  size_t head_end = std::string::npos;
  while (open && head_end == std::string::npos) {
    open = ReadMore(fd, server, cancelled, &text);
    head_end = text.find("\r\n\r\n");
  }
  HttpAnswer answer;
  constexpr size_t kCodeAt = 9;  // behind "HTTP/1.1 "
  if (head_end == std::string::npos || head_end <= kCodeAt || !text.starts_with("HTTP/1.") ||
      std::from_chars(text.data() + kCodeAt, text.data() + head_end, answer.code).ec !=
          std::errc{}) {
    ThrowNoHttp(server, text.empty() ? "no answer" : "an answer that is not HTTP");
  }
  const std::string head = text.substr(0, head_end);
  answer.retry_after = HeaderOf(head, "retry-after");
  const std::string length = HeaderOf(head, "content-length");
  uint64_t size = UINT64_MAX;
  std::from_chars(length.data(), length.data() + length.size(), size);
  while (open && text.size() - head_end - 4 < size) open = ReadMore(fd, server, cancelled, &text);
  answer.body = text.substr(head_end + 4);
  if (size != UINT64_MAX && answer.body.size() != size) ThrowNoHttp(server, "a broken answer");
  return answer;
}

}  // namespace owt::trainer
