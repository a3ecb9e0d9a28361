#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace owt::encode {

// Where the documents of a batch come from, on its way from the transform to the sink at the end of
// BatchResult::aux: D u64 offsets, D u32 lengths of urls, the urls, their bytes as u64, D as u64.
class ProvenanceBlock {
 public:
  void Clear();

  // The next document: where its record begins in the decoded file, and its url.
  void Add(uint64_t offset, std::string_view url);

  void AppendTo(std::string* aux) const;

 private:
  std::string offsets_, url_lengths_, urls_;
};

// Reads it back.
class ProvenanceView {
 public:
  ProvenanceView() = default;

  // Cuts the block off the end of *aux. REQUIRES: a transform put one there.
  static ProvenanceView TakeFrom(std::string_view* aux);

  // Calls each(offset, url) for every document.
  template <class Each>
  void ForEach(Each each) const {
    size_t at = 0;
    for (size_t d = 0; d < count_; ++d) {
      const auto length = Load<uint32_t>(url_lengths_, d);
      each(Load<uint64_t>(offsets_, d), urls_.substr(at, length));
      at += length;
    }
  }

 private:
  template <class Integer>
  static Integer Load(std::string_view bytes, size_t i) {
    Integer value;
    std::memcpy(&value, bytes.data() + i * sizeof(value), sizeof(value));
    return value;
  }

  size_t count_ = 0;
  std::string_view offsets_, url_lengths_, urls_;
};

}  // namespace owt::encode
