#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "formats/indexed_dataset.h"
#include "formats/mapped_file.h"
#include "formats/token_format.h"

namespace owt::formats {

// A file of tokens in any of the formats, mapped into memory: opening costs the same for any size.
// Thread-safe.
class TokenFile {
 public:
  struct Span {
    uint64_t begin = 0;  // tokens from the beginning of the file
    uint64_t end = 0;
    uint64_t num_sequences = 1;  // more than one only where Megatron's index says so
  };

  // `path` is the file of tokens, the index, or of Megatron's pair the name without suffix. Checks
  // headers and sizes. Throws Error{kInput} with file, offset and problem.
  TokenFile(TokenFormat format, const std::string& path);

  TokenFormat format() const { return format_; }

  TokenType type() const { return type_; }

  // The file that holds the tokens, and where in it they begin.
  const std::string& path() const { return path_; }

  uint64_t header_bytes() const { return format_ == TokenFormat::kLlmc ? LlmcHeader::kBytes : 0; }

  uint64_t num_tokens() const { return num_tokens_; }

  // The file beside it that says where documents end; empty where only <|endoftext|> does.
  const std::string& index_path() const { return index_path_; }

  bool has_index() const { return !index_path_.empty(); }

  // REQUIRES: has_index().
  uint64_t num_documents() const { return num_documents_; }

  // Where document d lies. Throws Error{kInput} where the index is corrupt there. That documents
  // follow each other without a gap is for the caller to see. REQUIRES: d < num_documents().
  Span Document(uint64_t d) const;

  // All of them. REQUIRES: not Megatron's, whose IndexedDataset gives its tokens.
  TokenView tokens() const;

  // What the .ds.index says, unchecked. REQUIRES: a .ds, d < num_documents().
  uint64_t DsEnd(uint64_t d) const;

  // nullptr unless Megatron's.
  const IndexedDataset* indexed() const { return indexed_ ? &*indexed_ : nullptr; }

  // Gives back the memory of what was read so far (it is read again where it is asked for again).
  void DropPages() const;

 private:
  void OpenRaw();
  void OpenLlmc();
  void OpenDs();
  Span MegatronDocument(uint64_t d) const;

  TokenFormat format_;
  TokenType type_ = TokenType::kUint16;
  std::string path_;
  std::string index_path_;
  uint64_t num_tokens_ = 0;
  uint64_t num_documents_ = 0;
  std::optional<IndexedDataset> indexed_;
  std::optional<MappedFile> file_;
  std::optional<MappedFile> index_;
};

}  // namespace owt::formats
