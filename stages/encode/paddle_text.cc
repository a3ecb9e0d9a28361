#include "stages/encode/paddle_text.h"

#include <cstdint>

#include "pipeline/utf8.h"
#include "pipeline/white_space.h"

namespace owt::encode {
namespace {

constexpr uint64_t kMostRepeats = 100;

}  // namespace

std::string CleanAsPaddle(std::string_view text) {
  std::string cleaned;
  for (size_t begin = 0; begin < text.size();) {
    const size_t length = DecodeUtf8(text, begin).length;
    const std::string_view character = text.substr(begin, length);
    size_t end = begin + length;
    while (text.substr(end, length) == character) end += length;
    const bool is_collapsed = (end - begin) / length > kMostRepeats && character != "\n";
    cleaned += text.substr(begin, is_collapsed ? length : end - begin);
    begin = end;
  }
  return std::string(StripWhiteSpace(cleaned));
}

}  // namespace owt::encode
