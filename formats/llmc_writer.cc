// What is appended is documents that end with <|endoftext|>; their stream moved by one token is the
// format's: E d1 E d2 is E, then d1 E d2 E without its last token. The header says how many tokens
// follow, and for all shards but the last that is known when they begin. The last one's is put
// right at the end.
#include "formats/llmc_writer.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "formats/buffered_output.h"
#include "formats/end_of_text.h"
#include "pipeline/error.h"

namespace owt::formats {
namespace {

class LlmcWriter : public TokenWriter {
 public:
  // Goes on behind `num_tokens`. REQUIRES: Reaches(output, num_tokens).
  LlmcWriter(const TokenOutput& output, uint64_t num_tokens, uint64_t num_documents)
      : output_(output), num_tokens_(num_tokens), num_documents_(num_documents) {
    const uint64_t whole = num_tokens_ / output_.shard_tokens;
    for (uint64_t shard = 0; shard < whole; ++shard) {
      Open(shard, ShardBytes(output_.shard_tokens));
      Close();
    }
    const uint64_t rest = num_tokens_ % output_.shard_tokens;
    if (rest > 0) Open(whole, ShardBytes(rest));
  }

  ~LlmcWriter() override {
    if (kept_) return;
    for (const OutputRecord& shard : closed_) unlink(OutputFile::PartialPath(shard.path).c_str());
  }

  static bool Reaches(const TokenOutput& output, uint64_t num_tokens) {
    for (uint64_t shard = 0; num_tokens > 0; ++shard) {
      const uint64_t tokens = std::min(num_tokens, output.shard_tokens);
      const std::string partial = OutputFile::PartialPath(LlmcShardPath(output.prefix, shard));
      const uint64_t bytes = LlmcHeader::kBytes + tokens * TokenBytes(output.type);
      if (!FileExists(partial) || Fd::OpenRead(partial).Size() < bytes) return false;
      num_tokens -= tokens;
    }
    return true;
  }

  void AddDocuments(std::string_view packed_tokens, std::string_view packed_lengths) override {
    if (packed_lengths.empty()) return;
    std::string_view tokens =
        EndWithEot(packed_tokens, packed_lengths, output_.type, output_.eot, &scratch_);
    tokens.remove_suffix(TokenBytes(output_.type));
    Append(PackToken(output_.eot, output_.type));
    Append(tokens);
    num_documents_ += packed_lengths.size() / sizeof(int32_t);
  }

  std::string Checkpoint(std::vector<Fd>* unsynced) override {
    kept_ = true;
    if (shard_) shard_->Keep(unsynced);
    for (Fd& file : unsynced_) unsynced->push_back(std::move(file));
    unsynced_.clear();
    return fmt::format("{} {}", num_tokens_, num_documents_);
  }

  void Commit() override {
    if (num_tokens_ == 0) {
      throw Error(ErrorKind::kInput, "there was no document to write", output_.prefix);
    }
    if (shard_) {
      ShortenHeader();
      Close();
    }
    for (Fd& file : unsynced_) file.SyncData();
    unsynced_.clear();
    const std::string next = LlmcShardPath(output_.prefix, closed_.size());
    if (FileExists(next)) {
      throw Error(ErrorKind::kOutput,
                  "is there from an earlier run, and a trainer would take it for one of these "
                  "shards; remove it and run again",
                  next);
    }
    for (const OutputRecord& shard : closed_) {
      if (rename(OutputFile::PartialPath(shard.path).c_str(), shard.path.c_str()) != 0) {
        ThrowErrno(ErrorKind::kOutput, "cannot rename the finished file", shard.path);
      }
    }
    SyncFolderOf(closed_[0].path);
    kept_ = true;
  }

  std::vector<OutputRecord> outputs() const override { return closed_; }

 private:
  uint64_t ShardBytes(uint64_t tokens) const {
    return LlmcHeader::kBytes + tokens * TokenBytes(output_.type);
  }

  void Open(uint64_t shard, uint64_t resume_at) {
    shard_.emplace(LlmcShardPath(output_.prefix, shard), resume_at);
    if (resume_at == 0) shard_->Write(LlmcHeader{output_.type, output_.shard_tokens}.Bytes());
  }

  void Append(std::string_view packed) {
    const uint64_t width = TokenBytes(output_.type);
    while (!packed.empty()) {
      if (!shard_) Open(num_tokens_ / output_.shard_tokens, 0);
      const uint64_t room = output_.shard_tokens - num_tokens_ % output_.shard_tokens;
      const uint64_t bytes = std::min<uint64_t>(packed.size(), room * width);
      shard_->Write(packed.substr(0, bytes));
      packed.remove_prefix(bytes);
      num_tokens_ += bytes / width;
      if (bytes == room * width) Close();
    }
  }

  // The shard is complete, but it gets its name with all the others.
  void Close() {
    shard_->Keep(&unsynced_);
    const OutputFile& file = shard_->file();
    // Documents are not counted by shard: many lie in two.
    closed_.push_back({file.path(), 0, file.bytes(), file.xxh3()});
    shard_.reset();
  }

  // The last shard holds fewer tokens than its header was written for.
  void ShortenHeader() {
    const uint64_t tokens = num_tokens_ % output_.shard_tokens;
    const std::string path = shard_->file().path();
    {
      std::vector<Fd> own;  // closed before the file is opened again: it would keep its lock
      shard_->Keep(&own);
      shard_.reset();
    }
    Fd::OpenWrite(OutputFile::PartialPath(path)).Write(LlmcHeader{output_.type, tokens}.Bytes());
    shard_.emplace(path, ShardBytes(tokens));
  }

  TokenOutput output_;
  uint64_t num_tokens_;
  uint64_t num_documents_;
  std::optional<BufferedOutput> shard_;  // the one that is being filled
  std::vector<OutputRecord> closed_;     // complete, under their partial names
  std::vector<Fd> unsynced_;             // complete since the last checkpoint
  bool kept_ = false;
  std::string scratch_;
};

}  // namespace

std::unique_ptr<TokenWriter> MakeLlmcWriter(const TokenOutput& output, std::string_view state) {
  uint64_t num_tokens = 0;
  uint64_t num_documents = 0;
  if (!state.empty()) {
    const char* const end = state.data() + state.size();
    const auto [middle, error] = std::from_chars(state.data(), end, num_tokens);
    if (error != std::errc() || middle == end || *middle != ' ') return nullptr;
    const auto [stop, second_error] = std::from_chars(middle + 1, end, num_documents);
    if (second_error != std::errc() || stop != end) return nullptr;
    if (!LlmcWriter::Reaches(output, num_tokens)) return nullptr;
  }
  return std::make_unique<LlmcWriter>(output, num_tokens, num_documents);
}

}  // namespace owt::formats
