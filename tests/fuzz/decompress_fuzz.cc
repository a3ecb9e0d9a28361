// Any bytes as a compressed input: the text or the error must not depend on how many threads read
// it, or in which steps.
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <utility>

#include "formats/input_stream.h"
#include "pipeline/error.h"

namespace {

constexpr size_t kMaxText = size_t{16} << 20;

// The text and the error of a file; `step` bytes per Read.
std::pair<std::string, std::string> ReadAll(const std::string& path, int workers, size_t step) {
  std::pair<std::string, std::string> result;
  std::string& text = result.first;
  try {
    owt::formats::InputOptions options;
    options.workers = workers;
    const auto input = owt::formats::OpenInput(path, options);
    std::string buffer(step, '\0');
    while (text.size() < kMaxText) {
      const size_t got = input->Read(buffer.data(), step);
      if (got == 0) break;
      text.append(buffer, 0, got);
    }
  } catch (const owt::Error& error) {
    result.second = error.what();
  }
  if (text.size() > kMaxText) text.resize(kMaxText);
  return result;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const int fd = memfd_create("input", MFD_CLOEXEC);
  if (fd < 0 || write(fd, data, size) != static_cast<ssize_t>(size)) std::abort();
  const std::string path = "/proc/self/fd/" + std::to_string(fd);
  const auto whole = ReadAll(path, 1, size_t{1} << 20);
  const auto pieces = ReadAll(path, 3, 4093);
  close(fd);
  // An error behind the last byte that is kept may or may not have been reached.
  if (whole.first != pieces.first) std::abort();
  if (whole.first.size() < kMaxText && whole.second != pieces.second) std::abort();
  return 0;
}
