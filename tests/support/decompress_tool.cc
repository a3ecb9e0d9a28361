// decompress_tool FILE WORKERS: the text of a compressed file to stdout, for benchmarks.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

#include "formats/input_stream.h"

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  try {
    owt::formats::InputOptions options;
    options.workers = std::atoi(argv[2]);
    const auto input = owt::formats::OpenInput(argv[1], options);
    std::string buffer(size_t{4} << 20, '\0');
    while (const size_t got = input->Read(buffer.data(), buffer.size())) {
      for (size_t done = 0; done < got;) {
        const ssize_t step = ::write(STDOUT_FILENO, buffer.data() + done, got - done);
        if (step < 0) return 1;
        done += static_cast<size_t>(step);
      }
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
