// Any bytes under any label: the page comes out as valid UTF-8, within its bounds.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "pipeline/utf8.h"
#include "stages/text/charset.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  // The first line is the label of the transport.
  const size_t line = std::min(input.find('\n'), input.size());
  const std::string_view page = input.substr(std::min(line + 1, input.size()));
  const owt::text::DecodedPage result = owt::text::DecodePage(page, input.substr(0, line));
  if (owt::FindInvalidUtf8(result.Utf8(page)) != std::string_view::npos) std::abort();
  if (result.decoded.size() > 3 * page.size() + 8) std::abort();
  if (result.encoding.empty()) std::abort();
  return 0;
}
