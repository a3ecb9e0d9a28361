#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

namespace owt {

// Growable bytes that are not zeroed before they are written, with kPadding readable bytes behind
// the content (as simdjson wants). Movable, reused from batch to batch. Not thread-safe.
class Buffer {
 public:
  static constexpr size_t kPadding = 64;

  char* data() { return data_.get(); }

  const char* data() const { return data_.get(); }

  size_t size() const { return size_; }

  size_t capacity() const { return capacity_; }

  std::string_view view() const { return {data_.get(), size_}; }

  // Keeps the content. Bytes between the old and the new size are not initialized.
  void Resize(size_t size) {
    Reserve(size);
    size_ = size;
  }

  void Reserve(size_t capacity) {
    if (capacity <= capacity_) return;
    auto grown = std::make_unique_for_overwrite<char[]>(capacity + kPadding);
    if (size_ != 0) std::memcpy(grown.get(), data_.get(), size_);
    data_ = std::move(grown);
    capacity_ = capacity;
  }

  void Append(std::string_view bytes) {
    const size_t old_size = size_;
    if (old_size + bytes.size() > capacity_) Reserve((old_size + bytes.size()) * 3 / 2);
    size_ = old_size + bytes.size();
    if (!bytes.empty()) std::memcpy(data_.get() + old_size, bytes.data(), bytes.size());
  }

  void Clear() { size_ = 0; }

  // Gives the memory back if it exceeds `capacity`; the content is lost then.
  void ShrinkTo(size_t capacity) {
    if (capacity_ > capacity) *this = Buffer();
  }

 private:
  std::unique_ptr<char[]> data_;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

}  // namespace owt
