#pragma once

#include <cstdint>
#include <vector>

#include "pipeline/batch.h"
#include "stages/convert/token_input.h"

namespace owt::convert {

// Turns what TokenSource gives into what a TokenWriter takes:
//   bytes  the tokens of all documents, packed as `type`; where <|endoftext|> parts them it stands
//          behind each document, llm.c's too
//   aux    an i32 each: the tokens of each document
class ConvertDocuments : public BatchTransform {
 public:
  // `type`: as wide as the widest input's.
  ConvertDocuments(const std::vector<TokenInput>& inputs, formats::TokenType type, uint32_t eot);

  // Throws Error{kInput} for an id that is negative as int32: no format can hold it.
  void Apply(const Batch& batch, BatchResult* result) const override;

 private:
  const TokenInput& InputOf(const Batch& batch) const;
  void Pack(const formats::TokenView& tokens, const TokenInput& input, std::string* out) const;

  const std::vector<TokenInput>& inputs_;
  formats::TokenType type_;
  uint32_t eot_;
};

}  // namespace owt::convert
