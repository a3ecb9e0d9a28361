#include "stages/scrape/response_gate.h"

#include <algorithm>
#include <charconv>
#include <string>

namespace owt::scrape {
namespace {

// Bytes that decide whether a body is text, as in the WHATWG MIME Sniffing standard (section 7).
constexpr size_t kSniffBytes = 512;
// An error page is read to its end to keep the connection, up to this.
constexpr uint64_t kMaxErrorBytes = 64 << 10;
// Content codings on top of each other; honest servers use one.
constexpr int kMaxCodings = 2;

std::string_view TrimField(std::string_view text) {
  constexpr std::string_view kSpaces = " \t\r\n";
  const size_t first = text.find_first_not_of(kSpaces);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpaces) - first + 1);
}

std::string Lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  return out;
}

// The value of `charset` among "; name=value; ..." parameters.
std::string Charset(std::string_view parameters) {
  while (!parameters.empty()) {
    parameters.remove_prefix(1);  // ';'
    const size_t end = std::min(parameters.find(';'), parameters.size());
    const std::string_view parameter = parameters.substr(0, end);
    parameters.remove_prefix(end);
    const size_t equals = parameter.find('=');
    if (equals == std::string_view::npos) continue;
    if (Lower(TrimField(parameter.substr(0, equals))) != "charset") continue;
    std::string_view value = TrimField(parameter.substr(equals + 1));
    if (value.size() >= 2 && (value[0] == '"' || value[0] == '\'') && value.back() == value[0]) {
      value = TrimField(value.substr(1, value.size() - 2));
    }
    return Lower(value.substr(0, 64));
  }
  return {};
}

int StatusOf(std::string_view line) {
  const size_t space = line.find(' ');
  if (space == std::string_view::npos) return 0;
  int status = 0;
  std::from_chars(line.data() + space + 1, line.data() + line.size(), status);
  return status;
}

}  // namespace

bool IsPageType(std::string_view content_type) {
  return content_type == "text/html" || content_type == "application/xhtml+xml" ||
         content_type == "text/plain";
}

bool ResponseGate::Stop(Reason reason) {
  result_->reason = reason;
  result_->body.clear();
  return false;
}

bool ResponseGate::OnHeader(std::string_view line) {
  header_bytes_ += line.size();
  if (header_bytes_ > limits_.max_header_bytes) return Stop(Reason::kHeadersTooLarge);
  if (line.starts_with("HTTP/")) {  // also the answer after a 1xx
    result_->status = StatusOf(line);
    return true;
  }
  if (TrimField(line).empty()) return result_->status < 200 || OnHeadersDone();
  const size_t colon = line.find(':');
  if (colon != std::string_view::npos) {
    OnField(Lower(TrimField(line.substr(0, colon))), TrimField(line.substr(colon + 1)));
  }
  return true;
}

void ResponseGate::OnField(std::string_view name, std::string_view value) {
  if (name == "content-type") {
    const size_t end = std::min(value.find(';'), value.size());
    result_->content_type = Lower(TrimField(value.substr(0, end))).substr(0, 128);
    result_->charset = Charset(value.substr(end));
    has_type_ = !result_->content_type.empty();
  } else if (name == "location") {
    result_->location = value;
  } else if (name == "retry-after") {
    result_->retry_after = value.substr(0, 64);
  } else if (name == "content-encoding") {
    num_codings_ += 1 + static_cast<int>(std::count(value.begin(), value.end(), ','));
  }
}

bool ResponseGate::OnHeadersDone() {
  if (result_->status < 200 || result_->status > 299) {
    result_->reason = Reason::kHttpStatus;
    return true;
  }
  if (num_codings_ > kMaxCodings) return Stop(Reason::kBadEncoding);
  if (has_type_ && !limits_.any_content && !IsPageType(result_->content_type)) {
    return Stop(Reason::kContentType);
  }
  return true;
}

bool ResponseGate::LooksBinary() const {
  const std::string_view head = std::string_view(result_->body).substr(0, kSniffBytes);
  if (head.starts_with("\xFE\xFF") || head.starts_with("\xFF\xFE")) return false;  // UTF-16
  if (head.starts_with("%PDF-") || head.starts_with("\x1F\x8B")) return true;
  return std::any_of(head.begin(), head.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 9 || byte == 11 || (byte > 13 && byte < 27) || (byte > 27 && byte < 32);
  });
}

bool ResponseGate::OnBody(std::string_view piece, uint64_t wire_bytes) {
  result_->wire_bytes = wire_bytes;
  if (result_->reason == Reason::kHttpStatus) {
    discarded_bytes_ += piece.size();
    return discarded_bytes_ <= kMaxErrorBytes;
  }
  const uint64_t decoded = result_->body.size() + piece.size();
  const bool is_too_large =
      wire_bytes > limits_.max_wire_bytes || decoded > limits_.max_decoded_bytes;
  if (is_too_large && limits_.cut_at_limit) {
    const uint64_t room = limits_.max_decoded_bytes - result_->body.size();
    result_->body.append(piece.substr(0, room));
    is_cut_ = true;
    return false;
  }
  if (decoded > limits_.ratio_floor && wire_bytes > 0 && decoded / wire_bytes > limits_.max_ratio) {
    return Stop(Reason::kDecompressionBomb);
  }
  if (is_too_large) return Stop(Reason::kTooLarge);
  result_->body.append(piece);
  if (!is_sniffed_ && !limits_.any_content && result_->body.size() >= kSniffBytes) {
    is_sniffed_ = true;
    if (LooksBinary()) return Stop(Reason::kContentType);
  }
  return true;
}

void ResponseGate::OnEnd() {
  if (result_->reason != Reason::kNone || is_sniffed_ || limits_.any_content) return;
  if (LooksBinary()) Stop(Reason::kContentType);
}

}  // namespace owt::scrape
