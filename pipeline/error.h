#pragma once

#include <cstdint>
#include <exception>
#include <string>
#include <string_view>

namespace owt {

// What ended a run; it decides the exit code.
enum class ErrorKind {
  kUsage,        // command line or configuration; nothing was written          -> 2
  kInput,        // an input is missing, unreadable or corrupt as a whole       -> 1
  kOutput,       // an output cannot be written                                 -> 1
  kResource,     // memory, disk, descriptors                                   -> 1
  kExternal,     // a library or another program failed                         -> 1
  kRejected,     // work is done, but too many bad records or a failed check    -> 3
  kInterrupted,  // a signal; the run can be resumed                            -> 130
  kInternal,     // our mistake                                                 -> 1
};

// The one exception type of owt, for what ends a run. What is wrong with one record is a value
// (see Tally), never an Error. The message says what, why and what to do next; `file` and
// `position` say where.
class Error : public std::exception {
 public:
  static constexpr uint64_t kNoPosition = ~uint64_t{0};

  Error(ErrorKind kind, std::string message, std::string file = {}, uint64_t position = kNoPosition,
        int error_number = 0);

  const char* what() const noexcept override { return text_.c_str(); }

  ErrorKind kind() const { return kind_; }

  const std::string& message() const { return message_; }

  const std::string& file() const { return file_; }

  // Byte offset in `file`, or kNoPosition.
  uint64_t position() const { return position_; }

  // errno of the failed call, or 0.
  int error_number() const { return error_number_; }

 private:
  ErrorKind kind_;
  std::string message_;
  std::string file_;
  uint64_t position_;
  int error_number_;
  std::string text_;  // "file:position: message: strerror"
};

// Throws Error with errno's value. Call it right after the failing system call.
[[noreturn]] void ThrowErrno(ErrorKind kind, std::string message, std::string file = {});

// 0 is success; see ErrorKind for the others.
int ExitCode(ErrorKind kind);

}  // namespace owt
