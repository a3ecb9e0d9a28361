#include "formats/token_range.h"

#include <algorithm>
#include <type_traits>

namespace owt::formats {
namespace {

// Without an exit, so that the compiler makes vector instructions of it.
template <class Tokens>
uint32_t Largest(Tokens tokens) {
  using Unsigned = std::make_unsigned_t<typename Tokens::value_type>;
  Unsigned largest = 0;
  for (const auto token : tokens) largest = std::max(largest, static_cast<Unsigned>(token));
  return largest;
}

}  // namespace

uint32_t LargestToken(const TokenView& tokens) {
  return tokens.type() == TokenType::kUint16 ? Largest(tokens.uint16()) : Largest(tokens.int32());
}

size_t FindTokenFrom(const TokenView& tokens, uint32_t limit) {
  size_t i = 0;
  while (i < tokens.size() && static_cast<uint32_t>(tokens[i]) < limit) ++i;
  return i;
}

}  // namespace owt::formats
