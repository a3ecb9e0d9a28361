#include "stages/inspect/show_tokens.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "formats/end_of_text.h"
#include "pipeline/error.h"
#include "stages/inspect/excerpt.h"
#include "stages/inspect/show_dataset.h"

namespace owt::inspect {
namespace {

using formats::TokenFormat;
using formats::TokenView;
using Span = formats::TokenFile::Span;

// Goes from document to document, by the index or by <|endoftext|>.
class Documents {
 public:
  Documents(const formats::TokenFile& file, uint32_t eot)
      : file_(file), tokens_(file.tokens()), eot_(eot) {}

  std::optional<Span> Next() {
    if (file_.has_index()) {
      if (next_ == file_.num_documents()) return std::nullopt;
      return file_.Document(next_++);
    }
    if (next_ == tokens_.size()) return std::nullopt;
    const uint64_t begin = next_;
    if (file_.format() == TokenFormat::kLlmc) {  // it stands before each document
      next_ = formats::FindToken(tokens_, begin + 1, eot_);
    } else {
      next_ = std::min<uint64_t>(formats::FindToken(tokens_, begin, eot_) + 1, tokens_.size());
    }
    return Span{begin, next_};
  }

  // Document d at once where there is an index.
  std::optional<Span> At(uint64_t d) {
    if (file_.has_index()) {
      next_ = std::min(d, file_.num_documents());
      return Next();
    }
    while (d-- > 0) {
      if (!Next()) return std::nullopt;
    }
    return Next();
  }

 private:
  const formats::TokenFile& file_;
  TokenView tokens_;
  uint32_t eot_;
  uint64_t next_ = 0;  // a document with an index, a token without
};

uint64_t CountDocuments(const formats::TokenFile& file, uint32_t eot) {
  if (file.has_index()) return file.num_documents();
  const TokenView tokens = file.tokens();
  if (tokens.empty()) return 0;
  const uint64_t num_eot = formats::CountToken(tokens, eot);
  const bool is_llmc = file.format() == TokenFormat::kLlmc;
  // Before its first token, or behind its last, a document may be open.
  const auto edge = static_cast<uint32_t>(tokens[is_llmc ? 0 : tokens.size() - 1]);
  return num_eot + (edge == eot ? 0 : 1);
}

}  // namespace

std::string ShowTokens(const formats::TokenFile& file, const formats::Gpt2Vocab& vocab,
                       uint64_t head) {
  const uint32_t eot = vocab.end_of_text();
  std::string text =
      fmt::format("{}: tokens, {}\n  {} documents\n  {} tokens of {} bytes\n", file.path(),
                  formats::TokenFormatName(file.format()), Grouped(CountDocuments(file, eot)),
                  Grouped(file.num_tokens()), formats::TokenBytes(file.type()));
  Documents documents(file, eot);
  for (uint64_t d = 0; d < head; ++d) {
    const auto span = documents.Next();
    if (!span) break;
    const uint64_t size = span->end - span->begin;
    std::string excerpt;
    DecodeTokens(file.tokens().Part(span->begin, std::min<uint64_t>(size, kHeadTokens)), vocab,
                 &excerpt);
    text += fmt::format("  document {}, {} tokens: {}\n", d, Grouped(size),
                        Excerpt(excerpt, kExcerptBytes));
  }
  return text;
}

std::string TokensText(const formats::TokenFile& file, const formats::Gpt2Vocab& vocab,
                       uint64_t document) {
  const auto span = Documents(file, vocab.end_of_text()).At(document);
  if (!span) {
    throw Error(ErrorKind::kUsage, fmt::format("there is no document {}", document), file.path());
  }
  std::string text;
  DecodeTokens(file.tokens().Part(span->begin, span->end - span->begin), vocab, &text);
  return text;
}

}  // namespace owt::inspect
