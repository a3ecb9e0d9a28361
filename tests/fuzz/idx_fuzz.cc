// Index files of any content: opening, reading and checking end in a value or an Error. The first
// two bytes of an input say how large the .bin is, the rest is the .idx.

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>

#include "formats/gpt_index.h"
#include "formats/indexed_dataset.h"
#include "formats/indexed_dataset_check.h"
#include "pipeline/error.h"

namespace {

// A file in memory with a path.
class MemoryFile {
 public:
  MemoryFile(const char* name, const void* bytes, size_t size) : fd_(memfd_create(name, 0)) {
    if (fd_ < 0 || (size != 0 && write(fd_, bytes, size) != static_cast<ssize_t>(size))) abort();
  }

  ~MemoryFile() { close(fd_); }

  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  std::string path() const { return "/proc/self/fd/" + std::to_string(fd_); }

 private:
  int fd_;
};

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
  const MemoryFile idx("idx", data + 2, size - 2);
  const MemoryFile bin("bin", bin_bytes.data(), bin_size);
  try {
    Read({.bin = bin.path(), .idx = idx.path()});
  } catch (const owt::Error&) {
    // The expected end of nearly every input.
  }
  return 0;
}
