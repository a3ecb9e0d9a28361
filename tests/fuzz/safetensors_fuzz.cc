// Any bytes as the header of a checkpoint: an Error, or a layout that covers the data and that the
// writer turns into a header which reads back as the same. The first two bytes of an input say how
// much data follows the header.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "formats/safetensors.h"
#include "pipeline/error.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using owt::formats::ParseSafetensorsHeader;
  if (size < 2) return 0;
  const uint64_t data_bytes = data[0] + 256u * data[1];
  const std::string json(reinterpret_cast<const char*>(data) + 2, size - 2);
  owt::formats::SafetensorsLayout layout;
  try {
    layout = ParseSafetensorsHeader(json, data_bytes, "fuzz");
  } catch (const owt::Error&) {
    return 0;
  }
  std::vector<owt::formats::TensorInfo> written = layout.tensors;
  const std::string header = owt::formats::MakeSafetensorsHeader(written, layout.metadata);
  const auto again = ParseSafetensorsHeader(header.substr(8), data_bytes, "fuzz");
  if (again.metadata != layout.metadata || again.tensors.size() != layout.tensors.size()) abort();
  for (size_t i = 0; i < again.tensors.size(); ++i) {
    const auto& a = layout.tensors[i];
    const auto& b = again.tensors[i];
    if (a.name != b.name || a.type != b.type || a.shape != b.shape || a.offset != b.offset ||
        a.bytes != b.bytes) {
      abort();
    }
  }
  return 0;
}
