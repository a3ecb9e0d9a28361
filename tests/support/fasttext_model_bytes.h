#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace owt::tests {

// Writes fastText's model files by hand, so that tests know every byte. Numbers that contradict
// each other are written as they are.
struct FasttextModelBytes {
  int32_t magic = 793712314;
  int32_t version = 12;
  int32_t dimension = 2;
  int32_t word_ngrams = 1;
  int32_t loss = 3;  // softmax
  int32_t kind = 3;  // supervised
  int32_t buckets = 0;
  int32_t minn = 0;
  int32_t maxn = 0;
  std::vector<std::string> words = {"</s>", "a", "b"};
  std::vector<std::pair<std::string, int64_t>> labels = {{"__label__x", 20}, {"__label__y", 10}};
  int64_t num_pruned = -1;
  std::vector<std::pair<int32_t, int32_t>> pruned;
  std::vector<float> input = {0, 0, 1, 0, 0, 1};  // row by row
  std::vector<float> output = {1, 0, 0, 1};
  // Each row becomes a code byte that names a centroid of all columns, so 256 rows at most.
  bool quantized_input = false;
  bool quantized_output = false;
  bool with_norms = false;  // the norm of code I is I + 1

  std::string Make() const {
    std::string out;
    for (const int32_t number : {magic, version, dimension, 5, 5, 1, 5, word_ngrams, loss, kind,
                                 buckets, minn, maxn, 100}) {
      Put(number, &out);
    }
    Put(1e-4, &out);
    Put(static_cast<int32_t>(words.size() + labels.size()), &out);
    Put(static_cast<int32_t>(words.size()), &out);
    Put(static_cast<int32_t>(labels.size()), &out);
    Put(int64_t{1000}, &out);
    Put(num_pruned, &out);
    for (const std::string& word : words) PutEntry(word, 3, 0, &out);
    for (const auto& [label, count] : labels) PutEntry(label, count, 1, &out);
    for (const auto& [bucket, row] : pruned) {
      Put(bucket, &out);
      Put(row, &out);
    }
    Put(static_cast<uint8_t>(quantized_input), &out);
    PutMatrix(input, quantized_input, &out);
    Put(static_cast<uint8_t>(quantized_output), &out);
    PutMatrix(output, quantized_output, &out);
    return out;
  }

 private:
  template <class T>
  static void Put(T value, std::string* out) {
    out->append(reinterpret_cast<const char*>(&value), sizeof value);
  }

  static void PutEntry(const std::string& text, int64_t count, uint8_t type, std::string* out) {
    out->append(text).push_back('\0');
    Put(count, out);
    Put(type, out);
  }

  static void PutQuantizer(int32_t columns, std::vector<float> centroids, std::string* out) {
    for (const int32_t number : {columns, 1, columns, columns}) Put(number, out);
    centroids.resize(256 * static_cast<size_t>(columns));
    for (const float value : centroids) Put(value, out);
  }

  void PutMatrix(const std::vector<float>& values, bool quantized, std::string* out) const {
    const auto columns = int64_t{dimension};
    const int64_t rows = static_cast<int64_t>(values.size()) / std::max<int64_t>(columns, 1);
    if (quantized) Put(static_cast<uint8_t>(with_norms), out);
    Put(rows, out);
    Put(columns, out);
    if (!quantized) {
      for (const float value : values) Put(value, out);
      return;
    }
    Put(static_cast<int32_t>(rows), out);
    for (int64_t row = 0; row < rows; ++row) Put(static_cast<uint8_t>(row), out);
    PutQuantizer(dimension, values, out);
    if (!with_norms) return;
    for (int64_t row = 0; row < rows; ++row) Put(static_cast<uint8_t>(row), out);
    std::vector<float> norms;
    for (int i = 1; i <= 256; ++i) norms.push_back(static_cast<float>(i));
    PutQuantizer(1, norms, out);
  }
};

}  // namespace owt::tests
