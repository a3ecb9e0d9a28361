#pragma once

#include <cstdint>
#include <string_view>

namespace owt::dedup {

// XXH3 with 128 bits: texts with equal keys are taken for equal.
struct TextKey {
  uint64_t low = 0;
  uint64_t high = 0;

  auto operator<=>(const TextKey&) const = default;
};

TextKey KeyOf(std::string_view text);

// No document of this number.
constexpr uint32_t kNoDocument = ~uint32_t{0};

}  // namespace owt::dedup
