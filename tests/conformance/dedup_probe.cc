// Answers questions about texts for dedup_datasketch.py: records on stdin are a little-endian u32
// length and so many bytes; so are the answers.
//   dedup_probe signature   128 MinHash slots of word 5-grams, u32 each; nothing without a shingle
//   dedup_probe shingles    the shingles' hashes, u64 each, sorted, each once
//   dedup_probe normalized  the normalized text
#include <array>
#include <cstdint>
#include <cstring>
#include <iostream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "stages/dedup/minhash.h"
#include "stages/dedup/shingles.h"
#include "stages/dedup/verify.h"

namespace {

template <typename T>
std::string BytesOf(const std::vector<T>& numbers) {
  return {reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(T)};
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view question = argc == 2 ? argv[1] : "";
  const std::string input(std::istreambuf_iterator<char>(std::cin), {});
  owt::dedup::Shingler shingler({owt::dedup::ShingleRule::Unit::kWord, 5});
  const owt::dedup::MinHasher hasher(128, 1234);
  std::string output;
  for (size_t at = 0; at + 4 <= input.size();) {
    uint32_t length;
    std::memcpy(&length, input.data() + at, 4);
    const std::string_view text = std::string_view(input).substr(at + 4, length);
    at += 4 + length;
    std::string answer;
    if (question == "normalized") {
      answer = shingler.Normalize(text);
    } else if (question == "shingles") {
      std::vector<uint64_t> shingles = shingler.Make(text);
      owt::dedup::SortAndUnify(&shingles);
      answer = BytesOf(shingles);
    } else if (question == "signature") {
      const std::vector<uint64_t>& shingles = shingler.Make(text);
      std::vector<uint32_t> signature(128);
      hasher.Sign(shingles, signature);
      if (!shingles.empty()) answer = BytesOf(signature);
    } else {
      std::cerr << "use: dedup_probe signature|shingles|normalized\n";
      return 2;
    }
    const auto size = static_cast<uint32_t>(answer.size());
    output.append(reinterpret_cast<const char*>(&size), 4);
    output += answer;
  }
  std::cout << output;
  return 0;
}
