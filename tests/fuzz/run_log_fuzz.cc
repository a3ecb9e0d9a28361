// What a resumed run reads of its own logs: where metrics.jsonl and event files are cut. Both must
// stay inside the file, and cutting what is cut already changes nothing.
#include <cstdlib>
#include <string_view>

#include "trainer/metrics/event_format.h"
#include "trainer/metrics/metrics_line.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view file(reinterpret_cast<const char*>(data), size);
  for (const int64_t iteration : {0, 1, 20, 1 << 20}) {
    const uint64_t events = owt::trainer::KeptEventBytes(file, iteration, 8 * iteration);
    const uint64_t lines = owt::trainer::KeptMetricsBytes(file, iteration);
    if (events > size || lines > size ||
        owt::trainer::KeptEventBytes(file.substr(0, events), iteration, 8 * iteration) != events ||
        owt::trainer::KeptMetricsBytes(file.substr(0, lines), iteration) != lines) {
      std::abort();
    }
  }
  return 0;
}
