#include "trainer/serve/http_parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace owt::trainer {
namespace {

bool IsTokenByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool IsToken(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), IsTokenByte);
}

// Neither control characters, but for tabs, nor DEL.
bool IsFieldValue(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte >= 0x20 && byte != 0x7F) || byte == '\t';
  });
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return lower;
}

std::string_view Trim(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

// Digits alone, all of them.
bool ParseNumber(std::string_view text, int base, uint64_t* value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *value, base);
  return error == std::errc{} && end == text.data() + text.size();
}

}  // namespace

std::string_view HostName(std::string_view host) {
  if (host.starts_with('[')) return host.substr(0, host.find(']') + 1);
  return host.substr(0, host.find(':'));
}

HttpParser::Status HttpParser::Fail(int code, std::string why) {
  error_code_ = code;
  error_ = std::move(why);
  return Status::kFailed;
}

HttpParser::Status HttpParser::Feed(std::string_view bytes) {
  buffer_ += bytes;
  if (at_ < buffer_.size()) begun_ = true;
  Status status = Status::kMore;
  for (Part before = Part::kDone; status == Status::kMore && before != part_;) {
    before = part_;
    switch (part_) {
      case Part::kHead:
        status = ReadHead();
        break;
      case Part::kBody:
        status = ReadBody();
        break;
      case Part::kChunkSize:
        status = ReadChunkSize();
        break;
      case Part::kChunk:
        status = ReadChunk();
        break;
      case Part::kChunkEnd:
        status = ReadChunkEnd();
        break;
      case Part::kTrailer:
        status = ReadTrailer();
        break;
      case Part::kDone:
        return Status::kComplete;
    }
    if (status == Status::kMore && part_ == Part::kDone) status = Status::kComplete;
  }
  buffer_.erase(0, at_);
  at_ = 0;
  return status;
}

HttpRequest HttpParser::Take() {
  HttpRequest request = std::move(request_);
  std::string rest = std::move(buffer_);
  *this = HttpParser(limits_);
  buffer_ = std::move(rest);
  begun_ = !buffer_.empty();
  return request;
}

bool HttpParser::TakeExpectsContinue() {
  const bool expects = expects_continue_ && part_ != Part::kHead;
  if (expects) expects_continue_ = false;
  return expects;
}

bool HttpParser::TakeLine(std::string_view* line) {
  const size_t end = buffer_.find('\n', at_);
  if (end == std::string::npos) return false;
  *line = std::string_view(buffer_).substr(at_, end - at_);
  if (line->ends_with('\r')) line->remove_suffix(1);
  head_bytes_ += end + 1 - at_;
  at_ = end + 1;
  return true;
}

HttpParser::Status HttpParser::ReadHead() {
  std::string_view line;
  while (TakeLine(&line)) {
    if (head_bytes_ > limits_.head_bytes) break;
    if (first_line_ && line.empty()) continue;  // RFC 9112, 2.2
    if (line.empty()) return FinishHead();
    const Status status = first_line_ ? ParseRequestLine(line) : ParseHeader(line);
    if (status == Status::kFailed) return status;
    first_line_ = false;
  }
  if (head_bytes_ + buffer_.size() - at_ > limits_.head_bytes) {
    return Fail(431,
                fmt::format("the request's headers have more than {} bytes", limits_.head_bytes));
  }
  return Status::kMore;
}

HttpParser::Status HttpParser::ParseRequestLine(std::string_view line) {
  const size_t method_end = line.find(' '), target_end = line.rfind(' ');
  if (method_end == std::string_view::npos || target_end == method_end) {
    return Fail(400, "the request line is not 'METHOD TARGET HTTP/1.1'");
  }
  const std::string_view method = line.substr(0, method_end);
  const std::string_view target = line.substr(method_end + 1, target_end - method_end - 1);
  const std::string_view version = line.substr(target_end + 1);
  const bool plain =
      std::all_of(target.begin(), target.end(), [](char c) { return c > 0x20 && c < 0x7F; });
  if (!IsToken(method) || target.empty() || !plain) {
    return Fail(400, "the request line is not 'METHOD TARGET HTTP/1.1'");
  }
  if (version != "HTTP/1.1" && version != "HTTP/1.0") {
    const bool other = version.starts_with("HTTP/");
    return Fail(other ? 505 : 400, "this server speaks HTTP/1.1 and HTTP/1.0");
  }
  http_1_0_ = version == "HTTP/1.0";
  request_.keep_alive = !http_1_0_;
  request_.method = method;
  request_.path = target.substr(0, target.find_first_of("?#"));
  return Status::kMore;
}

HttpParser::Status HttpParser::ParseHeader(std::string_view line) {
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos || !IsToken(line.substr(0, colon)) || !IsFieldValue(line)) {
    return Fail(400, "a header line is not 'NAME: VALUE'");
  }
  const std::string name = Lower(line.substr(0, colon));
  const std::string_view value = Trim(line.substr(colon + 1));
  if (name == "host") {
    if (has_host_) return Fail(400, "there are two Host headers");
    has_host_ = true;
    request_.host = Lower(value);
  } else if (name == "origin") {
    request_.origin = Lower(value);
  } else if (name == "connection") {
    const std::string options = Lower(value);
    if (options.find("close") != std::string::npos) request_.keep_alive = false;
    if (http_1_0_ && options.find("keep-alive") != std::string::npos) request_.keep_alive = true;
  } else if (name == "content-length") {
    if (has_length_) return Fail(400, "there are two Content-Length headers");
    has_length_ = true;
    const bool digits = !value.empty() && value.find_first_not_of("0123456789") == value.npos;
    if (!digits) return Fail(400, "Content-Length is not a number");
    if (!ParseNumber(value, 10, &remaining_)) remaining_ = UINT64_MAX;
  } else if (name == "transfer-encoding") {
    if (chunked_ || Lower(value) != "chunked") {
      return Fail(501, "the only Transfer-Encoding here is chunked");
    }
    chunked_ = true;
  } else if (name == "expect") {
    if (Lower(value) != "100-continue") return Fail(417, "the only Expect here is 100-continue");
    expects_continue_ = true;
  } else if (name == "content-encoding" && Lower(value) != "identity") {
    return Fail(415, "bodies are taken without Content-Encoding");
  }
  return Status::kMore;
}

HttpParser::Status HttpParser::FinishHead() {
  if (!http_1_0_ && !has_host_) return Fail(400, "there is no Host header");
  if (chunked_ && (has_length_ || http_1_0_)) {
    return Fail(400, "Transfer-Encoding with Content-Length, or in HTTP/1.0");
  }
  if (!chunked_ && remaining_ > limits_.body_bytes) {
    return Fail(413, fmt::format("the body has {} bytes; this server takes {}", remaining_,
                                 limits_.body_bytes));
  }
  part_ = chunked_ ? Part::kChunkSize : remaining_ > 0 ? Part::kBody : Part::kDone;
  return Status::kMore;
}

HttpParser::Status HttpParser::ReadBody() {
  const size_t taken = std::min<uint64_t>(remaining_, buffer_.size() - at_);
  request_.body.append(buffer_, at_, taken);
  at_ += taken;
  remaining_ -= taken;
  if (remaining_ == 0) part_ = Part::kDone;
  return Status::kMore;
}

HttpParser::Status HttpParser::ReadChunkSize() {
  std::string_view line;
  if (!TakeLine(&line)) {
    const bool too_long = buffer_.size() - at_ > limits_.head_bytes;
    return too_long ? Fail(400, "a chunk's size does not end") : Status::kMore;
  }
  if (line.size() > limits_.head_bytes) return Fail(400, "a chunk's size does not end");
  head_bytes_ = 0;  // counts the trailers from here on
  const std::string_view size = Trim(line.substr(0, line.find(';')));
  const bool digits =
      !size.empty() && size.find_first_not_of("0123456789abcdefABCDEF") == size.npos;
  if (!digits || !IsFieldValue(line)) return Fail(400, "a chunk's size is no hexadecimal number");
  if (!ParseNumber(size, 16, &remaining_)) remaining_ = UINT64_MAX;
  if (remaining_ > limits_.body_bytes - request_.body.size()) {
    return Fail(413, fmt::format("the body has more than {} bytes", limits_.body_bytes));
  }
  part_ = remaining_ > 0 ? Part::kChunk : Part::kTrailer;
  return Status::kMore;
}

HttpParser::Status HttpParser::ReadChunk() {
  const Status status = ReadBody();
  if (part_ == Part::kDone) part_ = Part::kChunkEnd;
  return status;
}

HttpParser::Status HttpParser::ReadChunkEnd() {
  std::string_view line;
  if (!TakeLine(&line)) {
    return buffer_.size() - at_ > 1 ? Fail(400, "a chunk is longer than it says") : Status::kMore;
  }
  if (!line.empty()) return Fail(400, "a chunk is longer than it says");
  part_ = Part::kChunkSize;
  return Status::kMore;
}

HttpParser::Status HttpParser::ReadTrailer() {
  std::string_view line;
  while (TakeLine(&line)) {
    if (head_bytes_ > limits_.head_bytes) break;
    if (line.empty()) {
      part_ = Part::kDone;
      return Status::kMore;
    }
    if (!IsFieldValue(line)) return Fail(400, "a trailer line is not 'NAME: VALUE'");
  }
  if (head_bytes_ + buffer_.size() - at_ > limits_.head_bytes) {
    return Fail(431, "the request's trailers are too long");
  }
  return Status::kMore;
}

}  // namespace owt::trainer
