#include "tests/reference/near_duplicates.h"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <map>

namespace owt::reference {

std::set<std::string> WordShingles(std::string_view text, size_t size) {
  std::vector<std::string> words(1);
  for (const char c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
      words.back() += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  if (words.back().empty()) words.pop_back();
  std::set<std::string> shingles;
  if (words.empty()) return shingles;
  size = std::min(size, words.size());
  for (size_t i = 0; i + size <= words.size(); ++i) {
    std::string shingle;
    for (size_t j = i; j < i + size; ++j) shingle += words[j] + " ";
    shingles.insert(shingle);
  }
  return shingles;
}

std::vector<std::vector<uint32_t>> NumberedShingles(const std::vector<std::string>& texts,
                                                    size_t size) {
  std::map<std::string, uint32_t> numbers;
  std::vector<std::vector<uint32_t>> sets;
  for (const std::string& text : texts) {
    std::vector<uint32_t>& set = sets.emplace_back();
    for (const std::string& shingle : WordShingles(text, size)) {
      set.push_back(numbers.emplace(shingle, static_cast<uint32_t>(numbers.size())).first->second);
    }
    std::sort(set.begin(), set.end());
  }
  return sets;
}

double Jaccard(const std::vector<uint32_t>& a, const std::vector<uint32_t>& b) {
  std::vector<uint32_t> common;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(common));
  const size_t all = a.size() + b.size() - common.size();
  return all == 0 ? 0 : static_cast<double>(common.size()) / static_cast<double>(all);
}

std::vector<uint32_t> KeptDocuments(const std::vector<std::string>& texts, size_t size,
                                    double threshold) {
  const std::vector<std::vector<uint32_t>> sets = NumberedShingles(texts, size);
  std::vector<uint32_t> label(texts.size());
  for (uint32_t i = 0; i < texts.size(); ++i) label[i] = i;
  for (uint32_t i = 0; i < texts.size(); ++i) {
    for (uint32_t j = i + 1; j < texts.size(); ++j) {
      if (label[i] == label[j]) continue;
      if (texts[i] != texts[j] && Jaccard(sets[i], sets[j]) < threshold) continue;
      const uint32_t low = std::min(label[i], label[j]);
      const uint32_t high = std::max(label[i], label[j]);
      std::replace(label.begin(), label.end(), high, low);
    }
  }
  return label;
}

}  // namespace owt::reference
