#include "stages/inspect/excerpt.h"

#include <fmt/format.h>

#include "pipeline/utf8.h"

namespace owt::inspect {
namespace {

// Bytes of the UTF-8 character at the front, or 0 if there is none.
size_t CharacterBytes(std::string_view text) {
  for (size_t size = 1; size <= 4 && size <= text.size(); ++size) {
    if (IsUtf8(text.substr(0, size))) return size;
  }
  return 0;
}

// C1 controls (U+0080 to U+009F) steer terminals as the ASCII ones do.
bool IsControl(std::string_view character) {
  const auto first = static_cast<uint8_t>(character[0]);
  if (character.size() == 1) return first < 0x20 || first == 0x7F;
  return first == 0xC2 && static_cast<uint8_t>(character[1]) < 0xA0;
}

}  // namespace

std::string Excerpt(std::string_view text, size_t max_bytes) {
  std::string shown;
  size_t done = 0;
  while (done < text.size()) {
    const std::string_view rest = text.substr(done);
    const size_t size = CharacterBytes(rest);
    if (done + (size == 0 ? 1 : size) > max_bytes) return shown + "…";
    const std::string_view character = rest.substr(0, size == 0 ? 1 : size);
    done += character.size();
    if (size != 0 && !IsControl(character)) {
      shown += character;
    } else if (character == "\n") {
      shown += "\\n";
    } else if (character == "\t") {
      shown += "\\t";
    } else {
      for (const char byte : character) {
        shown += fmt::format("\\x{:02x}", static_cast<uint8_t>(byte));
      }
    }
  }
  return shown;
}

std::string Grouped(uint64_t number) {
  std::string digits = std::to_string(number);
  for (size_t i = digits.size(); i > 3;) {
    i -= 3;
    digits.insert(i, ",");
  }
  return digits;
}

}  // namespace owt::inspect
