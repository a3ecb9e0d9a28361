#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "formats/token_file.h"
#include "pipeline/batch.h"
#include "pipeline/context.h"
#include "pipeline/fd.h"
#include "pipeline/hash.h"
#include "stages/convert/token_input.h"

namespace owt::convert {

// Whole documents of the inputs, in order. A batch of an input with an index holds the tokens of
// its documents (end.record - begin.record of them) and behind them an i32 length each; a batch of
// one without holds tokens only, cut where <|endoftext|> says so. A document may go on from one
// shard of llm.c's to the next. Positions: the document in an input with an index, the token in one
// without.
//
// Reads with read(2), so that memory is the batches', whatever the inputs' size. Hashes every file
// that is read whole: the hash travels with an empty batch of its own.
class TokenSource : public Source {
 public:
  // `context` and `inputs` must outlive the source. `one_sequence`: refuse documents of several
  // sequences, which the output cannot keep apart.
  TokenSource(RunContext& context, const std::vector<TokenInput>& inputs, uint32_t eot,
              bool one_sequence);

  // Throws Error{kInput} also for a document above --max-record.
  bool Next(Batch* batch) override;
  void Seek(const Position& position) override;

  uint64_t bytes_read() const override { return bytes_read_; }

  uint64_t bytes_total() const override { return bytes_total_; }

 private:
  // Token `offset` of input `input` stands at byte `at` of the batch.
  struct Segment {
    size_t at;
    size_t input;
    uint64_t offset;
  };

  struct FileHash {
    uint32_t file;
    uint64_t xxh3;
  };

  void Open();
  void Close();
  void ReadTokens(uint64_t count, Buffer* bytes);
  void FillIndexed(Batch* batch);
  bool FillStream(Batch* batch);
  bool StreamGoesOn() const;
  bool ReadStream(Buffer* bytes);
  size_t LastBoundary(const Buffer& bytes, formats::TokenType type) const;
  Position PositionAt(size_t at) const;
  [[noreturn]] void FailTooLarge(uint64_t bytes) const;

  RunContext& context_;
  const std::vector<TokenInput>& inputs_;
  uint32_t eot_;
  bool one_sequence_;
  size_t batch_bytes_;
  uint64_t bytes_read_ = 0;
  uint64_t bytes_total_ = 0;

  size_t input_ = 0;     // the current one
  uint64_t offset_ = 0;  // where the next read of it begins: in documents or tokens, see above
  uint64_t record_ = 0;
  uint64_t sequence_ = 0;
  std::unique_ptr<formats::TokenFile> file_;  // of the current input, once it is open
  Fd tokens_;
  uint64_t next_token_ = 0;
  StreamHash hash_;
  bool hash_whole_ = false;
  std::deque<FileHash> hashes_;  // of files that are done, to go out

  std::string carry_;              // tokens that were read behind the last batch
  std::vector<Segment> segments_;  // of the batch that is being filled, and then of carry_
};

}  // namespace owt::convert
