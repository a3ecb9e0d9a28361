// curl_multi_socket_action with epoll, as libcurl's documentation recommends for thousands of
// transfers. What libcurl 7.88 does not bound by itself is bounded here:
// - CURLOPT_MAXFILESIZE does not stop running transfers, so bytes are counted in the callback;
// - header bytes as a whole are not limited (CVE-2023-38039), so they are counted, too;
// - a look-up in its resolver thread outlives the deadline unless CURLOPT_QUICK_EXIT says that
//   nobody waits for it;
// - an idle multi handle is never polled, only epoll is.
#include "stages/scrape/fetcher.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "pipeline/error.h"
#include "stages/scrape/address_guard.h"

namespace owt::scrape {

struct Fetcher::Transfer {
  CURL* easy = nullptr;
  Fetcher* fetcher = nullptr;
  Task task;
  FetchResult result;
  std::optional<ResponseGate> gate;
  bool is_address_blocked = false;
  bool is_port_blocked = false;

  ~Transfer() { curl_easy_cleanup(easy); }
};

namespace {

ResponseLimits RobotsLimits() {
  ResponseLimits limits;
  limits.max_decoded_bytes = kMaxRobotsBytes;
  limits.any_content = true;
  limits.cut_at_limit = true;
  return limits;
}

uint64_t WireBytes(CURL* easy) {
  curl_off_t bytes = 0;
  curl_easy_getinfo(easy, CURLINFO_SIZE_DOWNLOAD_T, &bytes);
  return static_cast<uint64_t>(bytes);
}

Milliseconds Elapsed(CURL* easy) {
  curl_off_t microseconds = 0;
  curl_easy_getinfo(easy, CURLINFO_TOTAL_TIME_T, &microseconds);
  return Milliseconds((microseconds + 999) / 1000);
}

uint16_t PortOf(const sockaddr& address) {
  // The port is at the same place for IPv4 and IPv6, in network order.
  return static_cast<uint16_t>(static_cast<uint8_t>(address.sa_data[0]) << 8 |
                               static_cast<uint8_t>(address.sa_data[1]));
}

}  // namespace

void InitCurl() {
  if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
    throw Error(ErrorKind::kExternal, "libcurl cannot be initialized");
  }
}

Fetcher::Fetcher(const FetcherOptions& options)
    : options_(options),
      multi_(curl_multi_init()),
      epoll_fd_(epoll_create1(EPOLL_CLOEXEC)),
      wake_fd_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  if (multi_ == nullptr) throw Error(ErrorKind::kResource, "libcurl gives no multi handle");
  if (epoll_fd_ < 0 || wake_fd_ < 0) {
    ThrowErrno(ErrorKind::kResource, "no descriptor for the event loop; raise `ulimit -n`");
  }
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = wake_fd_;
  epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, wake_fd_, &event);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &OnSocket);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &OnTimer);
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  // Open and idle connections together; the default is four times the handles.
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(options_.max_open));
  curl_multi_setopt(multi_, CURLMOPT_PIPELINING, static_cast<long>(CURLPIPE_NOTHING));
  headers_ = curl_slist_append(
      nullptr, "Accept: text/html,application/xhtml+xml,text/plain;q=0.8,*/*;q=0.1");
}

Fetcher::~Fetcher() {
  for (const auto& transfer : transfers_) curl_multi_remove_handle(multi_, transfer->easy);
  transfers_.clear();
  curl_multi_cleanup(multi_);
  curl_slist_free_all(headers_);
  if (wake_fd_ >= 0) close(wake_fd_);
  if (epoll_fd_ >= 0) close(epoll_fd_);
}

void Fetcher::SetUp(Transfer* transfer) {
  CURL* easy = transfer->easy;
  const auto set = [easy](CURLoption option, auto value) { curl_easy_setopt(easy, option, value); };
  set(CURLOPT_PRIVATE, transfer);
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_QUICK_EXIT, 1L);
  set(CURLOPT_PROXY, "");  // not even one from the environment
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(CURLOPT_ACCEPT_ENCODING, "gzip, deflate, br");
  set(CURLOPT_HTTPHEADER, headers_);
  set(CURLOPT_USERAGENT, options_.user_agent.c_str());
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options_.connect_timeout.count()));
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(options_.total_timeout.count()));
  set(CURLOPT_LOW_SPEED_LIMIT, static_cast<long>(options_.min_bytes_per_s));
  set(CURLOPT_LOW_SPEED_TIME,
      static_cast<long>(std::max<int64_t>(1, options_.slow_timeout.count() / 1000)));
  set(CURLOPT_OPENSOCKETFUNCTION, &OnOpenSocket);
  set(CURLOPT_OPENSOCKETDATA, transfer);
  set(CURLOPT_HEADERFUNCTION, &OnHeader);
  set(CURLOPT_HEADERDATA, transfer);
  set(CURLOPT_WRITEFUNCTION, &OnBody);
  set(CURLOPT_WRITEDATA, transfer);
  set(CURLOPT_DNS_CACHE_TIMEOUT, 600L);
}

Fetcher::Transfer* Fetcher::Acquire() {
  if (!free_.empty()) {
    Transfer* transfer = free_.back();
    free_.pop_back();
    return transfer;
  }
  auto transfer = std::make_unique<Transfer>();
  transfer->easy = curl_easy_init();
  if (transfer->easy == nullptr) throw Error(ErrorKind::kResource, "libcurl gives no handle");
  transfer->fetcher = this;
  SetUp(transfer.get());
  transfers_.push_back(std::move(transfer));
  return transfers_.back().get();
}

void Fetcher::Start(Task task) {
  Transfer* transfer = Acquire();
  const bool is_robots = !task.robots_origin.empty();
  transfer->task = std::move(task);
  transfer->result = FetchResult();
  transfer->gate.emplace(is_robots ? RobotsLimits() : options_.page_limits, &transfer->result);
  transfer->is_address_blocked = transfer->is_port_blocked = false;
  curl_easy_setopt(transfer->easy, CURLOPT_URL, transfer->task.target.url.c_str());
  const CURLMcode code = curl_multi_add_handle(multi_, transfer->easy);
  if (code != CURLM_OK) {
    throw Error(ErrorKind::kExternal, std::string("libcurl: ") + curl_multi_strerror(code));
  }
  ++num_open_;
}

int Fetcher::OnSocket(CURL* /*easy*/, curl_socket_t socket, int what, void* self, void* known) {
  auto* fetcher = static_cast<Fetcher*>(self);
  if (what == CURL_POLL_REMOVE) {
    epoll_ctl(fetcher->epoll_fd_, EPOLL_CTL_DEL, socket, nullptr);
    return 0;
  }
  epoll_event event{};
  event.data.fd = socket;
  if (what & CURL_POLL_IN) event.events |= EPOLLIN;
  if (what & CURL_POLL_OUT) event.events |= EPOLLOUT;
  epoll_ctl(fetcher->epoll_fd_, known == nullptr ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, socket, &event);
  curl_multi_assign(fetcher->multi_, socket, fetcher);  // anything but null: known
  return 0;
}

int Fetcher::OnTimer(CURLM* /*multi*/, long timeout_ms, void* self) {
  auto* fetcher = static_cast<Fetcher*>(self);
  fetcher->timer_ = timeout_ms < 0 ? TimePoint::max() : Clock::now() + Milliseconds(timeout_ms);
  return 0;
}

curl_socket_t Fetcher::OnOpenSocket(void* transfer, curlsocktype /*purpose*/,
                                    curl_sockaddr* address) {
  auto* self = static_cast<Transfer*>(transfer);
  if (!self->fetcher->options_.allow_private) {
    if (!IsPublicAddress(&address->addr, static_cast<socklen_t>(address->addrlen))) {
      self->is_address_blocked = true;
      return CURL_SOCKET_BAD;
    }
    if (!IsWebPort(PortOf(address->addr))) {
      self->is_port_blocked = true;
      return CURL_SOCKET_BAD;
    }
  }
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

size_t Fetcher::OnHeader(char* bytes, size_t size, size_t count, void* transfer) {
  auto* self = static_cast<Transfer*>(transfer);
  const size_t length = size * count;
  return self->gate->OnHeader({bytes, length}) ? length : 0;
}

size_t Fetcher::OnBody(char* bytes, size_t size, size_t count, void* transfer) {
  auto* self = static_cast<Transfer*>(transfer);
  const size_t length = size * count;
  self->fetcher->body_bytes_ -= self->result.body.size();
  const bool goes_on = self->gate->OnBody({bytes, length}, WireBytes(self->easy));
  self->fetcher->body_bytes_ += self->result.body.size();
  return goes_on ? length : CURL_WRITEFUNC_ERROR;
}

void Fetcher::Poll(Milliseconds timeout, std::vector<Done>* done) {
  const TimePoint now = Clock::now();
  if (timer_ != TimePoint::max()) {
    const auto until_timer = std::chrono::ceil<Milliseconds>(timer_ - now);
    timeout = std::max(Milliseconds(0), std::min(timeout, until_timer));
  }
  std::array<epoll_event, 256> events;
  const int num_events = epoll_wait(epoll_fd_, events.data(), static_cast<int>(events.size()),
                                    static_cast<int>(timeout.count()));
  int num_running = 0;
  for (int i = 0; i < num_events; ++i) {
    const epoll_event& event = events[static_cast<size_t>(i)];
    if (event.data.fd == wake_fd_) {
      DrainWake();
      continue;
    }
    int mask = 0;
    if (event.events & EPOLLIN) mask |= CURL_CSELECT_IN;
    if (event.events & EPOLLOUT) mask |= CURL_CSELECT_OUT;
    if (event.events & (EPOLLERR | EPOLLHUP)) mask |= CURL_CSELECT_ERR;
    curl_multi_socket_action(multi_, event.data.fd, mask, &num_running);
  }
  if (timer_ <= Clock::now()) {
    timer_ = TimePoint::max();  // libcurl sets it anew inside the call
    curl_multi_socket_action(multi_, CURL_SOCKET_TIMEOUT, 0, &num_running);
  }
  Collect(done);
}

void Fetcher::Collect(std::vector<Done>* done) {
  int num_left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &num_left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode code = message->data.result;
    CURL* easy = message->easy_handle;
    char* transfer_pointer = nullptr;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &transfer_pointer);
    auto* transfer = reinterpret_cast<Transfer*>(transfer_pointer);
    FetchResult& result = transfer->result;
    body_bytes_ -= result.body.size();
    result.wire_bytes = WireBytes(easy);
    result.elapsed_ms = Elapsed(easy).count();
    if (code == CURLE_OK) {
      transfer->gate->OnEnd();
    } else if (result.reason == Reason::kNone && !transfer->gate->is_cut()) {
      result.reason = ReasonOf(code, *transfer, options_.total_timeout);
    }
    if (result.reason != Reason::kNone) result.body.clear();
    curl_multi_remove_handle(multi_, easy);
    --num_open_;
    done->push_back({std::move(transfer->task), std::move(result)});
    free_.push_back(transfer);
  }
}

Reason Fetcher::ReasonOf(CURLcode code, const Transfer& transfer, Milliseconds total_timeout) {
  if (transfer.is_address_blocked) return Reason::kBlockedAddress;
  if (transfer.is_port_blocked) return Reason::kBlockedPort;
  switch (code) {
    case CURLE_URL_MALFORMAT:
      return Reason::kInvalidUrl;
    case CURLE_COULDNT_RESOLVE_HOST:
      return Reason::kDns;
    case CURLE_COULDNT_CONNECT:
      return Reason::kConnect;
    case CURLE_OPERATION_TIMEDOUT: {
      if (Elapsed(transfer.easy) >= total_timeout) return Reason::kTimeout;
      curl_off_t ready = 0;  // when the request could be sent: 0 if never
      curl_easy_getinfo(transfer.easy, CURLINFO_PRETRANSFER_TIME_T, &ready);
      return ready == 0 ? Reason::kConnectTimeout : Reason::kTooSlow;
    }
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
      return Reason::kConnectionReset;
    case CURLE_PARTIAL_FILE:
      return Reason::kTruncatedBody;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_CLIENTCERT:
      return Reason::kTls;
    case CURLE_BAD_CONTENT_ENCODING:
      return Reason::kBadEncoding;
    case CURLE_UNSUPPORTED_PROTOCOL:  // an answer without status line (HTTP/0.9)
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_HTTP_RETURNED_ERROR:
      return Reason::kBadResponse;
    case CURLE_OUT_OF_MEMORY:  // a header line above libcurl's own 100 KB
      return Reason::kHeadersTooLarge;
    default:
      return Reason::kInternal;
  }
}

void Fetcher::DrainWake() {
  uint64_t count = 0;
  while (read(wake_fd_, &count, sizeof(count)) > 0) {
  }
}

void Fetcher::Wake() {
  const uint64_t one = 1;
  // A full counter means that a wake is pending already.
  [[maybe_unused]] const ssize_t written = write(wake_fd_, &one, sizeof(one));
}

}  // namespace owt::scrape
