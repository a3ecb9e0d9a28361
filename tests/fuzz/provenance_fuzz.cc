// Provenance files of any content: opening, reading and checking end in a value or an Error, and
// what the check accepts can be read.

#include <cstdint>
#include <cstdlib>
#include <string>

#include "formats/provenance.h"
#include "pipeline/error.h"
#include "tests/support/memory_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const owt::tests::MemoryFile file("provenance", data, size);
  bool is_sound = false;
  try {
    const owt::formats::Provenance provenance(file.path());
    is_sound = provenance.Problems().empty();
    uint64_t num_bytes = 0;  // of all urls, which the copies read
    for (uint64_t d = 0; d < provenance.num_documents(); ++d) {
      const auto origin = provenance.Of(d);
      num_bytes += std::string(origin.url).size();
      if (origin.file.empty() && is_sound) abort();
    }
    if (is_sound && num_bytes > size) abort();
  } catch (const owt::Error&) {
    if (is_sound) abort();
  }
  return 0;
}
