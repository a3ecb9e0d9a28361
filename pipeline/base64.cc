#include "pipeline/base64.h"

#include <cstddef>
#include <cstdint>

namespace owt {
namespace {

constexpr std::string_view kDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace

void AppendBase64(std::string_view bytes, std::string* out) {
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t group = 0;
    for (size_t k = 0; k < 3; ++k) {
      group = group << 8 | (i + k < bytes.size() ? static_cast<uint8_t>(bytes[i + k]) : 0u);
    }
    for (size_t k = 0; k < 4; ++k) {
      *out += i + k <= bytes.size() ? kDigits[group >> (18 - 6 * k) & 63] : '=';
    }
  }
}

bool DecodeBase64(std::string_view text, std::string* bytes) {
  bytes->clear();
  for (size_t i = 0; i + 4 <= text.size(); i += 4) {
    uint32_t group = 0;
    for (size_t k = 0; k < 4; ++k) {
      const size_t digit = kDigits.find(text[i + k]);
      group = group << 6 | static_cast<uint32_t>(digit == kDigits.npos ? 0 : digit);
    }
    for (const int shift : {16, 8, 0}) bytes->push_back(static_cast<char>(group >> shift));
  }
  const size_t padding = text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
  if (padding > bytes->size()) return false;
  bytes->resize(bytes->size() - padding);
  std::string again;  // the simplest check that every digit was one
  AppendBase64(*bytes, &again);
  return again == text;
}

}  // namespace owt
