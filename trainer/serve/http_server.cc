#include "trainer/serve/http_server.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <utility>

#include "pipeline/error.h"
#include "trainer/serve/listen_socket.h"

namespace owt::trainer {

struct HttpServer::Connection {
  enum class State { kReading, kWaiting, kSending, kDraining, kClosed };

  Connection(Fd fd, const HttpLimits& limits) : socket(std::move(fd)), parser(limits) {}

  Fd socket;
  HttpParser parser;
  State state = State::kReading;
  Clock::time_point since = Clock::now();  // of the state, or of the request's first byte
  Id id = 0;                               // of the request that waits
  bool keep_alive = true, head_only = false;
  bool answered = false;  // just now; the next request may be there already
  std::string out;
  size_t sent = 0;
  short events = 0;  // from poll
};

HttpServer::HttpServer(const HttpServerOptions& options)
    : options_(options), listener_(Listen(options.host, options.port)) {
  address_ = AddressOf(listener_);
  wake_ = Fd(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd");
  if (!wake_.valid()) ThrowErrno(ErrorKind::kResource, "eventfd");
}

HttpServer::~HttpServer() = default;

void HttpServer::Run(const Handler& handler, const std::function<bool()>& stopping) {
  while (true) {
    const bool stop = stopping();
    if (stop) listener_.Close();
    Expire(stop, handler);
    std::erase_if(connections_, [](const std::unique_ptr<Connection>& connection) {
      return connection->state == Connection::State::kClosed;
    });
    num_connections_ = connections_.size();
    if (stop && connections_.empty()) return;
    Poll(stop);
    DeliverAnswers(handler);
    for (size_t i = 0; i < connections_.size(); ++i) {
      Connection& connection = *connections_[i];
      if (connection.events == 0) continue;
      if (connection.state == Connection::State::kSending && (connection.events & POLLOUT) != 0) {
        Send(connection);
      } else {
        Receive(connection, handler);
      }
      while (std::exchange(connection.answered, false)) Continue(connection, handler, {});
    }
    if (!stop) Accept();
    handler.tick();
  }
}

// Sleeps until something happens, a tenth of a second at most.
void HttpServer::Poll(bool stopping) {
  std::vector<pollfd> waiting;
  waiting.push_back({wake_.get(), POLLIN, 0});
  waiting.push_back({stopping ? -1 : listener_.get(), POLLIN, 0});
  for (const auto& connection : connections_) {
    const bool sending = connection->state == Connection::State::kSending;
    const bool waits = connection->state == Connection::State::kWaiting;
    const short events = sending ? POLLOUT : waits ? POLLRDHUP : POLLIN;
    waiting.push_back({connection->socket.get(), events, 0});
  }
  const int count = poll(waiting.data(), waiting.size(), 100);
  if (count < 0 && errno != EINTR) ThrowErrno(ErrorKind::kResource, "poll");
  for (size_t i = 0; i < connections_.size(); ++i) {
    connections_[i]->events = count > 0 ? waiting[i + 2].revents : short{0};
  }
  uint64_t wakes;
  [[maybe_unused]] const ssize_t size = read(wake_.get(), &wakes, sizeof(wakes));
}

void HttpServer::Accept() {
  while (true) {
    Fd fd(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK), "connection");
    if (!fd.valid()) {
      if (errno == EMFILE || errno == ENFILE) MakeRoom();
      return;
    }
    if (connections_.size() >= options_.connections && !MakeRoom()) {
      const HttpResponse busy{
          503, "text/plain", "all connections are taken\n", {{"Retry-After", "1"}}};
      const std::string text = SerializeResponse(busy, /*keep_alive=*/false, /*with_body=*/true);
      [[maybe_unused]] const ssize_t size =
          send(fd.get(), text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      continue;
    }
    const int on = 1;
    setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    connections_.push_back(std::make_unique<Connection>(std::move(fd), options_.limits));
  }
}

// Closes the connection that has kept us waiting for longest; false: all wait for us.
bool HttpServer::MakeRoom() {
  auto oldest = connections_.end();
  for (auto at = connections_.begin(); at != connections_.end(); ++at) {
    if ((*at)->state == Connection::State::kWaiting) continue;
    if (oldest == connections_.end() || (*at)->since < (*oldest)->since) oldest = at;
  }
  if (oldest == connections_.end()) return false;
  connections_.erase(oldest);
  return true;
}

void HttpServer::Receive(Connection& connection, const Handler& handler) {
  if (connection.state == Connection::State::kWaiting ||
      connection.state == Connection::State::kSending) {
    return Close(connection, handler);  // hung up
  }
  std::array<char, 64 << 10> bytes;
  const ssize_t size = recv(connection.socket.get(), bytes.data(), bytes.size(), 0);
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (size <= 0) return Close(connection, handler);
  if (connection.state == Connection::State::kDraining) return;
  Continue(connection, handler, {bytes.data(), static_cast<size_t>(size)});
}

// Goes on with the request that is being read.
void HttpServer::Continue(Connection& connection, const Handler& handler, std::string_view bytes) {
  if (!connection.parser.begun()) connection.since = Clock::now();
  switch (connection.parser.Feed(bytes)) {
    case HttpParser::Status::kMore: {
      if (!connection.parser.TakeExpectsContinue()) return;
      constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
      const ssize_t size = send(connection.socket.get(), kContinue.data(), kContinue.size(),
                                MSG_NOSIGNAL | MSG_DONTWAIT);
      if (size != std::ssize(kContinue)) Close(connection, handler);
      return;
    }
    case HttpParser::Status::kFailed: {
      const HttpParser& parser = connection.parser;
      connection.head_only = false;
      return Respond(connection,
                     {parser.error_code(), "text/plain; charset=utf-8", parser.error() + "\n", {}},
                     /*keep_alive=*/false, handler);
    }
    case HttpParser::Status::kComplete:
      break;
  }
  HttpRequest request = connection.parser.Take();
  connection.keep_alive = request.keep_alive;
  connection.head_only = request.method == "HEAD";
  if (connection.head_only) request.method = "GET";
  connection.id = next_id_++;
  connection.state = Connection::State::kWaiting;
  connection.since = Clock::now();
  const std::optional<HttpResponse> response = handler.request(connection.id, std::move(request));
  if (response) Respond(connection, *response, connection.keep_alive, handler);
}

void HttpServer::Respond(Connection& connection, const HttpResponse& response, bool keep_alive,
                         const Handler& handler) {
  handler.answered(response.code);
  connection.id = 0;
  connection.keep_alive = keep_alive;
  connection.out = SerializeResponse(response, keep_alive, !connection.head_only);
  connection.sent = 0;
  connection.state = Connection::State::kSending;
  connection.since = Clock::now();
  Send(connection);
}

void HttpServer::Send(Connection& connection) {
  const std::string_view rest = std::string_view(connection.out).substr(connection.sent);
  const ssize_t size = send(connection.socket.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (size < 0) {
    connection.state = Connection::State::kClosed;
    return;
  }
  connection.sent += static_cast<size_t>(size);
  if (connection.sent < connection.out.size()) return;
  connection.out.clear();
  connection.since = Clock::now();
  if (connection.keep_alive) {
    connection.state = Connection::State::kReading;
    connection.answered = connection.parser.begun();
  } else {
    // Closing with bytes unread would reset the connection, and the answer with it.
    shutdown(connection.socket.get(), SHUT_WR);
    connection.state = Connection::State::kDraining;
  }
}

void HttpServer::Close(Connection& connection, const Handler& handler) {
  if (connection.state == Connection::State::kWaiting) handler.gone(connection.id);
  connection.state = Connection::State::kClosed;
}

// Closes what has kept us waiting for too long; reads what came with an earlier request.
void HttpServer::Expire(bool stopping, const Handler& handler) {
  const Clock::time_point now = Clock::now();
  for (const auto& pointer : connections_) {
    Connection& connection = *pointer;
    const auto waited = now - connection.since;
    switch (connection.state) {
      case Connection::State::kReading:
        if (stopping) {
          connection.state = Connection::State::kClosed;
        } else if (!connection.parser.begun()) {
          if (waited > 3 * options_.patience) connection.state = Connection::State::kClosed;
        } else if (waited > options_.patience) {
          connection.head_only = false;
          Respond(connection,
                  {408,
                   "text/plain; charset=utf-8",
                   fmt::format("the request was not there in whole after {} ms\n",
                               options_.patience.count()),
                   {}},
                  /*keep_alive=*/false, handler);
        }
        break;
      case Connection::State::kSending:
        if (waited > options_.patience) connection.state = Connection::State::kClosed;
        break;
      case Connection::State::kDraining:
        if (stopping || waited > std::min(options_.patience, std::chrono::milliseconds(1000))) {
          connection.state = Connection::State::kClosed;
        }
        break;
      case Connection::State::kWaiting:
      case Connection::State::kClosed:
        break;
    }
  }
}

void HttpServer::Answer(Id id, HttpResponse response) {
  {
    const std::lock_guard lock(mutex_);
    answers_.emplace_back(id, std::move(response));
  }
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t size = write(wake_.get(), &one, sizeof(one));
}

void HttpServer::DeliverAnswers(const Handler& handler) {
  std::vector<std::pair<Id, HttpResponse>> answers;
  {
    const std::lock_guard lock(mutex_);
    answers.swap(answers_);
  }
  for (auto& [id, response] : answers) {
    const auto found = std::find_if(connections_.begin(), connections_.end(),
                                    [id = id](const auto& c) { return c->id == id; });
    if (found == connections_.end()) continue;
    Connection& connection = **found;
    if (connection.state != Connection::State::kWaiting) continue;
    connection.events = 0;
    Respond(connection, response, connection.keep_alive, handler);
    while (std::exchange(connection.answered, false)) Continue(connection, handler, {});
  }
}

}  // namespace owt::trainer
