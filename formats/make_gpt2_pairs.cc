// make_gpt2_pairs VOCAB_BPE OUTPUT: writes the merges of a vocab.bpe as pairs of ids, 16 bits each,
// little-endian. Runs while owt is built.
#include <cstdint>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iterator>
#include <string>

#include "formats/gpt2_vocab.h"

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  try {
    std::ifstream in(argv[1], std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(in)), {});
    const owt::formats::Gpt2Vocab vocab(text, argv[1]);
    std::ofstream out(argv[2], std::ios::binary);
    for (const auto& [left, right] : vocab.merges()) {
      const uint16_t pair[2] = {static_cast<uint16_t>(left), static_cast<uint16_t>(right)};
      out.write(reinterpret_cast<const char*>(pair), sizeof(pair));
    }
    out.close();
    return out.good() && vocab.size() == owt::formats::Gpt2Vocab::kGpt2Size ? 0 : 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "make_gpt2_pairs: %s\n", error.what());
    return 1;
  }
}
