#include "formats/end_of_text.h"

#include <algorithm>
#include <cstring>
#include <span>

namespace owt::formats {
namespace {

template <class Token>
size_t Find(std::span<const Token> tokens, size_t from, uint32_t wanted) {
  // Blocks first: the inner loop has no exit, which lets the compiler compare a register at a time.
  constexpr size_t kBlock = 64;
  const auto token = static_cast<Token>(wanted);
  size_t i = from;
  for (; i + kBlock <= tokens.size(); i += kBlock) {
    unsigned hits = 0;
    for (size_t j = 0; j < kBlock; ++j) hits |= tokens[i + j] == token ? 1u : 0u;
    if (hits != 0) break;
  }
  while (i < tokens.size() && tokens[i] != token) ++i;
  return i;
}

template <class Each>
void ForEachLength(std::string_view packed_lengths, Each each) {
  for (size_t i = 0; i < packed_lengths.size(); i += sizeof(int32_t)) {
    int32_t length;
    std::memcpy(&length, packed_lengths.data() + i, sizeof(length));
    each(static_cast<size_t>(length));
  }
}

}  // namespace

std::string PackToken(uint32_t token, TokenType type) {
  std::string bytes(TokenBytes(type), '\0');
  std::memcpy(bytes.data(), &token, bytes.size());
  return bytes;
}

size_t FindToken(const TokenView& tokens, size_t from, uint32_t token) {
  if (tokens.type() == TokenType::kInt32) return Find(tokens.int32(), from, token);
  return token > 0xFFFF ? tokens.size() : Find(tokens.uint16(), from, token);
}

uint64_t CountToken(const TokenView& tokens, uint32_t token) {
  uint64_t count = 0;
  size_t at = FindToken(tokens, 0, token);
  for (; at < tokens.size(); at = FindToken(tokens, at + 1, token)) ++count;
  return count;
}

void AppendLengths(const TokenView& tokens, uint32_t eot, std::string* packed_lengths) {
  for (size_t begin = 0; begin < tokens.size();) {
    const size_t end = std::min(FindToken(tokens, begin, eot) + 1, tokens.size());
    const auto length = static_cast<int32_t>(end - begin);
    packed_lengths->append(reinterpret_cast<const char*>(&length), sizeof(length));
    begin = end;
  }
}

std::string_view EndWithEot(std::string_view packed_tokens, std::string_view packed_lengths,
                            TokenType type, uint32_t eot, std::string* scratch) {
  const size_t width = TokenBytes(type);
  const std::string packed_eot = PackToken(eot, type);
  const auto ends = [&](std::string_view document) { return document.ends_with(packed_eot); };
  size_t begin = 0;
  bool all = true;
  ForEachLength(packed_lengths, [&](size_t length) {
    all = all && ends(packed_tokens.substr(begin, length * width));
    begin += length * width;
  });
  if (all) return packed_tokens;
  scratch->clear();
  begin = 0;
  ForEachLength(packed_lengths, [&](size_t length) {
    const std::string_view document = packed_tokens.substr(begin, length * width);
    *scratch += document;
    if (!ends(document)) *scratch += packed_eot;
    begin += length * width;
  });
  return *scratch;
}

}  // namespace owt::formats
