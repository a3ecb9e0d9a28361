#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "formats/indexed_dataset.h"

namespace owt::formats {

// The files of tokens that trainers read. Little endian everywhere; layouts in docs/formats.md.
//
//   kMegatron  NAME.bin and NAME.idx (formats/indexed_dataset.h)
//   kNanoGpt   NAME.bin: uint16 tokens and nothing else; <|endoftext|> ends every document
//   kLlmc      shards NAME_val_000000.bin, NAME_train_000001.bin, ...: a header of 256 int32
//              (LlmcHeader), then the tokens; <|endoftext|> begins every document, which may go on
//              in the next shard. llm.c's and modded-nanogpt's.
//   kDs        NAME.ds: tokens and nothing else; NAME.ds.index: u64[documents], the token behind
//              each document's last; NAME.ds.metadata: "TOKENIZER|2", tokens, tokens for people.
//              datatrove's.
//
// Where the tokens take 32 bits, the ids are below 2^31, so that int32 and uint32 are the same.
enum class TokenFormat { kMegatron, kNanoGpt, kLlmc, kDs };

// "megatron", "nanogpt", "llmc", "ds"; and back.
std::string_view TokenFormatName(TokenFormat format);
std::optional<TokenFormat> ParseTokenFormat(std::string_view name);

// By the suffix, and for .bin by llm.c's magic number or an .idx beside it. Nothing where that does
// not decide: raw tokens look like any file. Throws Error{kInput} when the file cannot be read.
std::optional<TokenFormat> ProbeTokenFormat(const std::string& path);

// The header of a shard. Version 1 holds uint16, version 7 (Llama 3) 32 bits.
struct LlmcHeader {
  static constexpr uint64_t kBytes = 1024;
  static constexpr int32_t kMagic16 = 20240520;
  static constexpr int32_t kVersion16 = 1;
  static constexpr int32_t kMagic32 = 20240801;
  static constexpr int32_t kVersion32 = 7;
  static constexpr uint64_t kMaxTokens = 2147483647;

  TokenType type = TokenType::kUint16;
  uint64_t num_tokens = 0;

  // The kBytes at the beginning of a shard. REQUIRES: num_tokens <= kMaxTokens.
  std::string Bytes() const;

  // Throws Error{kInput} with file and offset where it is no header. `head`: the beginning of the
  // file, kBytes or all of it.
  static LlmcHeader Parse(std::string_view head, const std::string& file);
};

// "NAME_val_000000.bin" for shard 0, "NAME_train_000001.bin" for shard 1, and so on.
std::string LlmcShardPath(std::string_view prefix, uint64_t shard);

}  // namespace owt::formats
