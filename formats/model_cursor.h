#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

#include "pipeline/error.h"

namespace owt::formats {

// Takes one part of a model's file after the other, numbers as this machine has them. Errors are
// Error{kInput} with the byte at which the part begins that was taken last.
class ModelCursor {
 public:
  // `kind` ("fastText model") and `file` are for errors. All must outlive the cursor.
  ModelCursor(std::string_view bytes, std::string_view kind, const std::string& file)
      : bytes_(bytes), kind_(kind), file_(file) {}

  std::string_view Take(uint64_t size, std::string_view what) {
    begin_ = end_;
    if (size > left()) {
      Malformed(fmt::format("it ends inside {}, which needs {} bytes", what, size));
    }
    end_ += size;
    return bytes_.substr(begin_, size);
  }

  // `count` entries of `bytes` each, which may be more than fits into 64 bits.
  const char* TakeArray(uint64_t count, size_t bytes, std::string_view what) {
    if (count > bytes_.size() / bytes) {
      begin_ = end_;
      Malformed(fmt::format("{} entries of {} bytes in {} are more than the file has", count, bytes,
                            what));
    }
    return Take(count * bytes, what).data();
  }

  // The bytes before the next NUL.
  std::string_view TakeText(std::string_view what) {
    begin_ = end_;
    const size_t end = bytes_.find('\0', end_);
    if (end == bytes_.npos) Malformed(fmt::format("it ends inside {}", what));
    end_ = end + 1;
    return bytes_.substr(begin_, end - begin_);
  }

  template <class T>
  T Read(std::string_view what) {
    static_assert(std::is_trivially_copyable_v<T>);
    T value;
    std::memcpy(&value, Take(sizeof value, what).data(), sizeof value);
    return value;
  }

  // A number from min to max.
  template <class T>
  T ReadWithin(std::string_view what, T min, T max) {
    const T value = Read<T>(what);
    if (value < min || value > max) {
      Malformed(fmt::format("{} is {}, which is not within {} and {}", what, value, min, max));
    }
    return value;
  }

  bool ReadFlag(std::string_view what) { return ReadWithin<uint8_t>(what, 0, 1) == 1; }

  uint64_t size() const { return bytes_.size(); }

  uint64_t left() const { return bytes_.size() - end_; }

  std::string_view rest() const { return bytes_.substr(end_); }

  const std::string& file() const { return file_; }

  [[noreturn]] void Malformed(std::string_view what) const {
    throw Error(ErrorKind::kInput, fmt::format("no valid {}: {}", kind_, what), file_, begin_);
  }

 private:
  std::string_view bytes_;
  std::string_view kind_;
  const std::string& file_;
  uint64_t begin_ = 0;
  uint64_t end_ = 0;
};

}  // namespace owt::formats
