#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "formats/indexed_dataset.h"

namespace owt::formats {

// Documents in a row of tokens that have no index: <|endoftext|> (`eot`) ends each of them.

// The token as it is stored. REQUIRES: it fits the type.
std::string PackToken(uint32_t token, TokenType type);

// Index of the first `token` at or behind `from`, or tokens.size(). At the speed of memory.
size_t FindToken(const TokenView& tokens, size_t from, uint32_t token);

uint64_t CountToken(const TokenView& tokens, uint32_t token);

// Appends the length of every document as i32; what follows the last `eot` is a document too.
void AppendLengths(const TokenView& tokens, uint32_t eot, std::string* packed_lengths);

// The same documents, each ending with `eot`: `packed_tokens` itself where they do already (a look
// at one token a document), else made in *scratch. An empty document becomes `eot` alone.
std::string_view EndWithEot(std::string_view packed_tokens, std::string_view packed_lengths,
                            TokenType type, uint32_t eot, std::string* scratch);

}  // namespace owt::formats
