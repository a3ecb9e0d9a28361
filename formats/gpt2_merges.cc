// Two files go into read-only data by the assembler (no generated source, nothing to compile):
// vocab.bpe as it is, and what make_gpt2_pairs made of it while building, so that programs need not
// read its text at every start. OWT_GPT2_MERGES_FILE and OWT_GPT2_PAIRS_FILE are their paths then.
#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "formats/gpt2_vocab.h"
#include "pipeline/error.h"

#define OWT_EMBED(name, file) \
  ".global owt_gpt2_" name    \
  "_begin\n"                  \
  ".global owt_gpt2_" name    \
  "_end\n"                    \
  "owt_gpt2_" name            \
  "_begin:\n"                 \
  ".incbin \"" file           \
  "\"\n"                      \
  "owt_gpt2_" name            \
  "_end:\n"                   \
  ".byte 0\n"

__asm__(".pushsection .rodata\n" OWT_EMBED("merges", OWT_GPT2_MERGES_FILE)
            OWT_EMBED("pairs", OWT_GPT2_PAIRS_FILE) ".popsection\n");

extern "C" const char owt_gpt2_merges_begin[];
extern "C" const char owt_gpt2_merges_end[];
extern "C" const char owt_gpt2_pairs_begin[];
extern "C" const char owt_gpt2_pairs_end[];

namespace owt::formats {
namespace {

constexpr uint64_t kEmbeddedXxh3 = 0xe1a102e27c272620;

}  // namespace

std::string_view EmbeddedGpt2Merges() {
  return {owt_gpt2_merges_begin, static_cast<size_t>(owt_gpt2_merges_end - owt_gpt2_merges_begin)};
}

Gpt2Vocab Gpt2Vocab::Embedded() {
  const auto size = static_cast<size_t>(owt_gpt2_pairs_end - owt_gpt2_pairs_begin);
  std::vector<MergePair> merges(size / (2 * sizeof(uint16_t)));
  for (size_t i = 0; i < merges.size(); ++i) {
    uint16_t pair[2];
    std::memcpy(pair, owt_gpt2_pairs_begin + i * sizeof(pair), sizeof(pair));
    merges[i] = {pair[0], pair[1]};
  }
  return Gpt2Vocab(merges);
}

void CheckEmbeddedGpt2Vocab() {
  const std::string_view merges = EmbeddedGpt2Merges();
  const uint64_t hash = XXH3_64bits(merges.data(), merges.size());
  if (hash != kEmbeddedXxh3) {
    throw Error(ErrorKind::kInternal,
                fmt::format("the embedded GPT-2 merges have xxh3 {:016x}, not {:016x}; this binary "
                            "is damaged or was built from a changed data/gpt2/vocab.bpe",
                            hash, kEmbeddedXxh3));
  }
  const Gpt2Vocab vocab = Gpt2Vocab::Embedded();
  const Gpt2Vocab read(merges);
  if (vocab.size() != Gpt2Vocab::kGpt2Size ||
      !std::equal(vocab.merges().begin(), vocab.merges().end(), read.merges().begin(),
                  read.merges().end())) {
    throw Error(ErrorKind::kInternal,
                fmt::format("the embedded GPT-2 vocabulary has {} ids, not {}, or other merges "
                            "than its text",
                            vocab.size(), Gpt2Vocab::kGpt2Size));
  }
}

}  // namespace owt::formats
