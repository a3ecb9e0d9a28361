#include "stages/text/token_borders.h"

namespace owt::text {

TokenBorders::TokenBorders() : places_(std::make_unique<Places>()) {}

void TokenBorders::Add(std::string_view token) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(token.data());
  for (size_t i = 1; i < token.size(); ++i) {
    if (bytes[i] < 0x80) continue;
    uint8_t& found = places_->of_pairs[bytes[i - 1] << 8 | bytes[i]];
    found |= kInside;
    if (i == 1) {
      found |= kFirst;
    } else {
      places_->triples.set(TripleHash(bytes + i - 2, kBefore));
    }
    if (i + 1 == token.size()) {
      found |= kLast;
    } else {
      places_->triples.set(TripleHash(bytes + i - 1, kBehind));
    }
  }
}

}  // namespace owt::text
