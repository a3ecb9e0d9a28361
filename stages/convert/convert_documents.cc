#include "stages/convert/convert_documents.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "formats/end_of_text.h"
#include "pipeline/error.h"

namespace owt::convert {

using formats::TokenFormat;
using formats::TokenType;
using formats::TokenView;

ConvertDocuments::ConvertDocuments(const std::vector<TokenInput>& inputs, TokenType type,
                                   uint32_t eot)
    : inputs_(inputs), type_(type), eot_(eot) {}

const TokenInput& ConvertDocuments::InputOf(const Batch& batch) const {
  const auto behind =
      std::upper_bound(inputs_.begin(), inputs_.end(), batch.begin.file,
                       [](uint32_t file, const TokenInput& input) { return file < input.file; });
  return *(behind - 1);
}

void ConvertDocuments::Pack(const TokenView& tokens, const TokenInput& input,
                            std::string* out) const {
  if (tokens.empty()) return;
  if (tokens.type() == TokenType::kInt32) {
    const auto ids = tokens.int32();
    const int32_t min = *std::min_element(ids.begin(), ids.end());
    if (min < 0) {
      throw Error(ErrorKind::kInput,
                  fmt::format("holds the id {}; owt verify says where", static_cast<uint32_t>(min)),
                  input.path);
    }
  }
  if (tokens.type() == type_) {
    const char* const bytes = tokens.type() == TokenType::kUint16
                                  ? reinterpret_cast<const char*>(tokens.uint16().data())
                                  : reinterpret_cast<const char*>(tokens.int32().data());
    out->assign(bytes, tokens.size() * formats::TokenBytes(type_));
    return;
  }
  out->resize(tokens.size() * sizeof(int32_t));
  tokens.CopyTo(reinterpret_cast<int32_t*>(out->data()));
}

void ConvertDocuments::Apply(const Batch& batch, BatchResult* result) const {
  if (batch.bytes.size() == 0 && batch.begin.record == batch.end.record) return;
  const TokenInput& input = InputOf(batch);
  const std::string_view bytes = batch.bytes.view();
  if (input.index_file != input.file) {
    const uint64_t num_documents = batch.end.record - batch.begin.record;
    const size_t lengths_bytes = static_cast<size_t>(num_documents) * sizeof(int32_t);
    const size_t tokens_bytes = bytes.size() - lengths_bytes;
    Pack(TokenView(input.type, bytes.substr(0, tokens_bytes)), input, &result->bytes);
    result->aux = bytes.substr(tokens_bytes);
  } else {
    TokenView tokens(input.type, bytes);
    const bool begins = input.format == TokenFormat::kLlmc;
    if (begins && static_cast<uint32_t>(tokens[0]) == eot_) {
      tokens = tokens.Part(1, tokens.size() - 1);
    }
    Pack(tokens, input, &result->bytes);
    if (begins) result->bytes += formats::PackToken(eot_, type_);
    formats::AppendLengths(TokenView(type_, result->bytes), eot_, &result->aux);
  }
  result->tally.in = result->aux.size() / sizeof(int32_t);
  result->tally.out = result->tally.in;
}

}  // namespace owt::convert
