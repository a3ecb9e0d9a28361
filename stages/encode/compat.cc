#include "stages/encode/compat.h"

#include <fmt/format.h>

namespace owt::encode {

Compat ParseCompat(std::string_view name) {
  if (name == "megatron-2023") return Compat::kMegatron2023;
  if (name == "megatron-core") return Compat::kMegatronCore;
  return name == "paddle" ? Compat::kPaddle : Compat::kNone;
}

formats::TokenType TokenTypeOf(Compat compat, uint64_t vocab_size) {
  if (compat != Compat::kPaddle) return formats::TokenTypeFor(vocab_size);
  return vocab_size < 65535 ? formats::TokenType::kUint16 : formats::TokenType::kInt32;
}

std::string DatasetName(Compat compat, std::string_view prefix, std::string_view key,
                        bool split_sentences) {
  if (compat == Compat::kPaddle) return std::string(prefix);
  return fmt::format("{}_{}_{}", prefix, key, split_sentences ? "sentence" : "document");
}

}  // namespace owt::encode
