#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "formats/gpt2_vocab.h"
#include "formats/indexed_dataset.h"
#include "pipeline/batch.h"
#include "pipeline/buffer.h"
#include "stages/encode/compat.h"
#include "stages/text/bpe_encoder.h"

namespace owt::encode {

// What "<|endoftext|>" in a text stands for.
enum class SpecialText {
  kOrdinary,  // its characters
  kSpecial,   // the end-of-text token; the texts before and behind it are encoded apart
  kError,     // nothing: the record is bad, "special_text"
};

// What becomes of a record that is not valid UTF-8.
enum class BadUtf8 {
  kError,    // it is bad, "invalid_utf8"; so is half of a surrogate pair, "lone_surrogate"
  kReplace,  // each bad part, and each half of a pair, becomes U+FFFD
  kBytes,    // its bytes are encoded as they are; half of a pair stays bad: it has no bytes
};

struct EncodeOptions {
  std::vector<std::string> json_keys = {"text"};  // fields to encode, each into its own dataset
  std::string url_key = "url";
  bool append_eod = false;  // <|endoftext|> behind every text that is not empty
  bool keep_empty = false;  // write documents without any text instead of dropping them
  SpecialText special_text = SpecialText::kOrdinary;
  BadUtf8 bad_utf8 = BadUtf8::kError;
  bool split_sentences = false;  // a sequence for each sentence (text/sentences.h)
  bool provenance = false;       // append a ProvenanceBlock to aux
  Compat compat = Compat::kNone;
  size_t cache_bytes = size_t{4} << 20;  // of words, for each thread; a power of two
};

// Turns a batch of jsonl into tokens: for a result with D documents and K keys
//   packed  the tokens of key 0 of all documents, packed as `token_type` says; then those of key 1
//   ... aux     the i32 lengths of key 0, as IndexedDatasetWriter::AddDocuments takes them: one of
//   each document, or with split_sentences one of each sentence; then those of key 1 ...
// Occurrences of "<|endoftext|>" in texts are noted as "special_text".
// A record without one of the keys is bad. A document whose texts are all empty is dropped as
// "empty_text"; where only some are, the others' datasets get an empty document, so that document d
// is the same record in every dataset.
class EncodeDocuments : public BatchTransform {
 public:
  EncodeDocuments(const formats::Gpt2Vocab& vocab, EncodeOptions options);
  ~EncodeDocuments() override;

  void Apply(const Batch& batch, BatchResult* result) const override;

  formats::TokenType token_type() const { return token_type_; }

 private:
  struct Field;
  struct Workplace;
  struct Workplaces;

  std::string_view ParseRecord(std::string_view line, Workplace& place) const;
  std::string_view ParseBadUtf8(std::string_view* line, Workplace& place, Field* field) const;
  void EncodeRecord(Workplace& place) const;
  void EncodeSentences(Workplace& place, Field* field) const;
  void EncodeText(std::string_view text, Workplace& place, Field* field) const;
  void EncodeWithSpecial(std::string_view text, Workplace& place, Buffer* tokens) const;
  void AppendEndOfText(Buffer* tokens) const;

  EncodeOptions options_;
  text::BpeModel model_;
  formats::TokenType token_type_;
  std::unique_ptr<Workplaces> workplaces_;  // one for each thread
};

}  // namespace owt::encode
