// Answers questions about texts for the dedup_*.py: records on stdin are a little-endian u32 length
// and so many bytes; so are the answers.
//   dedup_probe shingles RULE               the shingles' hashes, u64 each, sorted, each once
//   dedup_probe texts RULE                  the shingles themselves, a zero byte behind each
//   dedup_probe normalized                  the normalized text
//   dedup_probe simplified                  the same as datatrove has it
//   dedup_probe signature FAMILY RULE SLOTS SEED
//                                           the slots, u32 or u64 each; nothing without a signature
//   dedup_probe keys FAMILY RULE BANDS ROWS SEED
//                                           the band keys, u64 each; nothing without a signature
// RULE is "word:5" and the like, or "-" for the family's own.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <functional>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "formats/gpt2_vocab.h"
#include "stages/dedup/datatrove_text.h"
#include "stages/dedup/sketch.h"
#include "stages/dedup/verify.h"

namespace {

using namespace owt::dedup;

using Words = std::vector<std::string>;
using Answer = std::function<std::string(std::string_view)>;

template <typename T>
std::string BytesOf(const T& numbers) {
  return {reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(numbers[0])};
}

const owt::text::BpeModel& Tokens() {
  static const owt::text::BpeModel model(owt::formats::Gpt2Vocab::Embedded());
  return model;
}

Answer AnswerByShingler(const Words& words) {
  const ShingleRule rule = words.size() > 1 ? ParseShingleRule(words[1]) : ShingleRule();
  const auto shingler = std::make_shared<Shingler>(rule, &Tokens());
  if (words[0] == "normalized") {
    return [=](std::string_view text) { return std::string(shingler->Normalize(text)); };
  }
  if (words[0] == "texts") {
    return [=](std::string_view text) {
      std::string all;
      shingler->ForEachText(text, [&](std::string_view one) { all.append(one) += '\0'; });
      return all;
    };
  }
  return [=](std::string_view text) {
    std::vector<uint64_t> shingles = shingler->Make(text);
    SortAndUnify(&shingles);
    return BytesOf(shingles);
  };
}

Answer AnswerBySketcher(const Words& words) {
  const bool keys = words[0] == "keys";
  const Family family = ParseFamily(words[1]);
  ShingleRule rule = TraitsOf(family).shingles;
  if (words[2] != "-") {
    rule = ParseShingleRule(words[2]);
    rule.words = TraitsOf(family).shingles.words;
  }
  const int slots = std::stoi(words[3]);
  const BandGeometry geometry =
      keys ? BandGeometry{slots, std::stoi(words[4])} : BandGeometry{1, 1};
  const size_t num_slots = static_cast<size_t>(keys ? geometry.bands * geometry.rows : slots);
  const auto hasher = std::make_shared<MinHasher>(family, num_slots, std::stoull(words.back()));
  const auto sketcher = std::make_shared<Sketcher>(*hasher, rule, geometry, &Tokens());
  return [=](std::string_view text) -> std::string {
    (void)hasher;  // lives as long as the sketcher
    if (!sketcher->Sketch(text)) return {};
    if (keys) return BytesOf(sketcher->keys());
    return BytesOf(sketcher->signature().narrow) + BytesOf(sketcher->signature().wide);
  };
}

Answer Choose(const Words& words) {
  if (words.empty()) return nullptr;
  if (words[0] == "simplified") return [](std::string_view text) { return SimplifyText(text); };
  if (words[0] == "signature" && words.size() == 5) return AnswerBySketcher(words);
  if (words[0] == "keys" && words.size() == 6) return AnswerBySketcher(words);
  if (words[0] == "normalized" || words.size() == 2) return AnswerByShingler(words);
  return nullptr;
}

}  // namespace

int main(int argc, char** argv) {
  const Answer answer = Choose(Words(argv + 1, argv + argc));
  if (answer == nullptr) {
    std::cerr << "use: dedup_probe QUESTION ... (see its source)\n";
    return 2;
  }
  const std::string input(std::istreambuf_iterator<char>(std::cin), {});
  std::string output;
  for (size_t at = 0; at + 4 <= input.size();) {
    uint32_t length;
    std::memcpy(&length, input.data() + at, 4);
    const std::string one = answer(std::string_view(input).substr(at + 4, length));
    at += 4 + length;
    const auto size = static_cast<uint32_t>(one.size());
    output.append(reinterpret_cast<const char*>(&size), 4);
    output += one;
  }
  std::cout << output;
  return 0;
}
