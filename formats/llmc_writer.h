#pragma once

#include <memory>
#include <string_view>

#include "formats/token_writer.h"

namespace owt::formats {

// The writer of llm.c's shards: <|endoftext|> before every document and none behind it, a new shard
// every output.shard_tokens tokens, wherever that is in a document; the first shard is for
// validation. One shard is open at a time, so their number is no matter of descriptors. nullptr
// where the partial files do not reach up to `state`.
std::unique_ptr<TokenWriter> MakeLlmcWriter(const TokenOutput& output, std::string_view state);

}  // namespace owt::formats
