#include "pipeline/error.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace owt {

Error::Error(ErrorKind kind, std::string message, std::string file, uint64_t position,
             int error_number)
    : kind_(kind),
      message_(std::move(message)),
      file_(std::move(file)),
      position_(position),
      error_number_(error_number) {
  if (!file_.empty()) text_ = file_;
  if (position_ != kNoPosition) text_ += fmt::format(":{}", position_);
  if (!text_.empty()) text_ += ": ";
  text_ += message_;
  if (error_number_ != 0) text_ += fmt::format(": {}", std::strerror(error_number_));
}

void ThrowErrno(ErrorKind kind, std::string message, std::string file) {
  const int error_number = errno;
  throw Error(kind, std::move(message), std::move(file), Error::kNoPosition, error_number);
}

int ExitCode(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kUsage:
      return 2;
    case ErrorKind::kRejected:
      return 3;
    case ErrorKind::kInterrupted:
      return 130;
    default:
      return 1;
  }
}

}  // namespace owt
