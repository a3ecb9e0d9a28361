// Index files of any content: opening, reading and checking end in a value or an Error. The first
// two bytes of an input say how large the .bin is, the rest is the .idx.

#include <cstdint>
#include <cstdlib>
#include <string>

#include "formats/gpt_index.h"
#include "formats/indexed_dataset.h"
#include "formats/indexed_dataset_check.h"
#include "pipeline/error.h"
#include "tests/support/memory_file.h"

namespace {

void Read(const owt::formats::IndexedDatasetPaths& paths) {
  const owt::formats::IndexedDataset dataset(paths);
  const auto report = owt::formats::CheckIndexedDataset(dataset, {50257, 50256});
  uint64_t num_tokens = 0;
  for (uint64_t k = 0; k < dataset.num_sequences(); ++k) {
    const owt::formats::TokenView tokens = dataset.sequence(k);
    std::string copy(tokens.size(), '\0');
    tokens.CopyTo(copy.data());
    num_tokens += tokens.size();
  }
  // What the check accepts adds up.
  if (report.num_problems == 0 && num_tokens != dataset.num_tokens()) abort();
  const auto lengths = owt::formats::SequenceLengths(dataset);
  const auto end = static_cast<int64_t>(lengths.size());
  owt::formats::BuildGptIndex(lengths, {0, end}, {1, 8, 1});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const size_t bin_size = data[0] + 256u * (data[1] & 0xF);
  const std::string bin_bytes(bin_size, '\1');
  const owt::tests::MemoryFile idx("idx", data + 2, size - 2);
  const owt::tests::MemoryFile bin("bin", bin_bytes.data(), bin_size);
  try {
    Read({.bin = bin.path(), .idx = idx.path()});
  } catch (const owt::Error&) {
    // The expected end of nearly every input.
  }
  return 0;
}
