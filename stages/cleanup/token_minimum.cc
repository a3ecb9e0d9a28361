#include "stages/cleanup/token_minimum.h"

#include "pipeline/utf8.h"

namespace owt::cleanup {

bool ReachesTokens(std::string_view text, uint64_t min_tokens, text::BpeEncoder* encoder) {
  constexpr uint64_t kCharsPerToken = 8;
  constexpr size_t kMaxBytesPerChar = 4;
  if (min_tokens == 0) return true;
  const uint64_t enough_chars = kCharsPerToken * min_tokens;
  if (text.size() >= kMaxBytesPerChar * enough_chars) return true;
  if (text.size() >= enough_chars && CountCodePoints(text) >= enough_chars) return true;
  return encoder->CountTokens(text) + 1 >= min_tokens;
}

}  // namespace owt::cleanup
