#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "formats/token_format.h"
#include "pipeline/context.h"
#include "pipeline/fd.h"

namespace owt::formats {

// Writes documents into the files of one trainer's format. Streams: memory does not grow with the
// number of documents. No file exists under its name before Commit. Not thread-safe. Throws
// Error{kOutput} when the disk fails.
class TokenWriter {
 public:
  virtual ~TokenWriter() = default;

  // Many documents at once: their tokens packed in the writer's type, and an i32 length each. Where
  // the format needs <|endoftext|> and a document does not end with it, the writer adds it.
  virtual void AddDocuments(std::string_view packed_tokens, std::string_view packed_lengths) = 0;

  // Leaves the partial files behind from now on and says (without ';') how to come back to what
  // was added so far, once *unsynced is synced.
  virtual std::string Checkpoint(std::vector<Fd>* unsynced) = 0;

  // Puts the files under their names. Throws Error{kInput} where there is no token at all.
  virtual void Commit() = 0;

  // For the manifest. REQUIRES: Commit was called.
  virtual std::vector<OutputRecord> outputs() const = 0;
};

struct TokenOutput {
  TokenFormat format = TokenFormat::kMegatron;
  std::string prefix;  // of the files' names
  TokenType type = TokenType::kUint16;
  uint32_t eot = 50256;
  uint64_t shard_tokens = 100'000'000;  // of llm.c's shards; at most LlmcHeader::kMaxTokens
};

// A writer that starts over, or goes on at the `state` of an earlier Checkpoint; nullptr where the
// partial files do not reach up to it.
std::unique_ptr<TokenWriter> MakeTokenWriter(const TokenOutput& output,
                                             std::string_view state = {});

// The files that will be written; of llm.c's the first two.
std::vector<std::string> OutputPaths(const TokenOutput& output);

}  // namespace owt::formats
