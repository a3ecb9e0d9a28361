// The writers of Megatron's, nanoGPT's and datatrove's files; llm.c's shards are llmc_writer.cc.
#include "formats/token_writer.h"

#include <fmt/format.h>
#include <unistd.h>

#include <charconv>
#include <cstring>
#include <optional>
#include <utility>

#include "formats/buffered_output.h"
#include "formats/end_of_text.h"
#include "formats/indexed_dataset_writer.h"
#include "formats/llmc_writer.h"
#include "formats/provenance.h"
#include "pipeline/error.h"

namespace owt::formats {
namespace {

[[noreturn]] void FailWithoutToken(const std::string& path) {
  throw Error(ErrorKind::kInput, "not one token to write: every document was empty", path);
}

OutputRecord RecordOf(const OutputFile& file, uint64_t num_documents) {
  return {file.path(), num_documents, file.bytes(), file.xxh3()};
}

// "12 3": how far two files have come.
struct TwoCounts {
  uint64_t bytes = 0;
  uint64_t documents = 0;

  std::string Text() const { return fmt::format("{} {}", bytes, documents); }

  static std::optional<TwoCounts> Parse(std::string_view text) {
    TwoCounts counts;
    const char* const end = text.data() + text.size();
    const auto [middle, error] = std::from_chars(text.data(), end, counts.bytes);
    if (error != std::errc() || middle == end || *middle != ' ') return std::nullopt;
    const auto [stop, second_error] = std::from_chars(middle + 1, end, counts.documents);
    if (second_error != std::errc() || stop != end) return std::nullopt;
    return counts;
  }
};

bool PartialReaches(const std::string& path, uint64_t bytes) {
  const std::string partial = OutputFile::PartialPath(path);
  return FileExists(partial) && Fd::OpenRead(partial).Size() >= bytes;
}

class MegatronWriter : public TokenWriter {
 public:
  MegatronWriter(const TokenOutput& output, const IndexedDatasetState& state)
      : writer_(IndexedDatasetPaths::Of(output.prefix + ".bin"), output.type, state) {}

  void AddDocuments(std::string_view packed_tokens, std::string_view packed_lengths) override {
    writer_.AddDocuments(packed_tokens, packed_lengths);
  }

  std::string Checkpoint(std::vector<Fd>* unsynced) override {
    return writer_.Checkpoint(unsynced).Text();
  }

  void Commit() override {
    unlink(ProvenancePath(writer_.bin().path()).c_str());  // it was an earlier dataset's
    writer_.Commit();
  }

  std::vector<OutputRecord> outputs() const override {
    const uint64_t num_documents = writer_.state().num_documents;
    return {RecordOf(writer_.bin(), num_documents), RecordOf(writer_.idx(), num_documents)};
  }

  static std::unique_ptr<TokenWriter> Make(const TokenOutput& output, std::string_view text) {
    const auto paths = IndexedDatasetPaths::Of(output.prefix + ".bin");
    const auto state = text.empty() ? IndexedDatasetState{} : IndexedDatasetState::Parse(text);
    if (!state || (!text.empty() && !IndexedDatasetWriter::CanResume(paths, *state))) {
      return nullptr;
    }
    return std::make_unique<MegatronWriter>(output, *state);
  }

 private:
  IndexedDatasetWriter writer_;
};

class NanoGptWriter : public TokenWriter {
 public:
  NanoGptWriter(const TokenOutput& output, const TwoCounts& state)
      : output_(output), bin_(output.prefix + ".bin", state.bytes), state_(state) {}

  void AddDocuments(std::string_view packed_tokens, std::string_view packed_lengths) override {
    const std::string_view tokens =
        EndWithEot(packed_tokens, packed_lengths, output_.type, output_.eot, &scratch_);
    bin_.Write(tokens);
    state_.bytes += tokens.size();
    state_.documents += packed_lengths.size() / sizeof(int32_t);
  }

  std::string Checkpoint(std::vector<Fd>* unsynced) override {
    bin_.Keep(unsynced);
    return state_.Text();
  }

  void Commit() override {
    if (state_.bytes == 0) FailWithoutToken(output_.prefix + ".bin");
    bin_.Commit();
  }

  std::vector<OutputRecord> outputs() const override {
    return {RecordOf(bin_.file(), state_.documents)};
  }

  static std::unique_ptr<TokenWriter> Make(const TokenOutput& output, std::string_view text) {
    if (output.type != TokenType::kUint16) {
      throw Error(ErrorKind::kUsage,
                  "nanoGPT's files hold uint16 tokens, these are wider; megatron, llmc and ds take "
                  "them",
                  output.prefix);
    }
    const auto state = text.empty() ? TwoCounts{} : TwoCounts::Parse(text);
    if (!state || (!text.empty() && !PartialReaches(output.prefix + ".bin", state->bytes))) {
      return nullptr;
    }
    return std::make_unique<NanoGptWriter>(output, *state);
  }

 private:
  TokenOutput output_;
  BufferedOutput bin_;
  TwoCounts state_;
  std::string scratch_;
};

class DsWriter : public TokenWriter {
 public:
  DsWriter(const TokenOutput& output, const TwoCounts& state)
      : output_(output),
        tokens_(output.prefix + ".ds", state.bytes),
        index_(output.prefix + ".ds.index", state.documents * sizeof(uint64_t)),
        state_(state) {}

  void AddDocuments(std::string_view packed_tokens, std::string_view packed_lengths) override {
    uint64_t end = state_.bytes / TokenBytes(output_.type);
    ends_.clear();
    for (size_t i = 0; i < packed_lengths.size(); i += sizeof(int32_t)) {
      int32_t length;
      std::memcpy(&length, packed_lengths.data() + i, sizeof(length));
      end += static_cast<uint64_t>(length);
      ends_.append(reinterpret_cast<const char*>(&end), sizeof(end));
    }
    tokens_.Write(packed_tokens);
    index_.Write(ends_);
    state_.bytes += packed_tokens.size();
    state_.documents += packed_lengths.size() / sizeof(int32_t);
  }

  std::string Checkpoint(std::vector<Fd>* unsynced) override {
    tokens_.Keep(unsynced);
    index_.Keep(unsynced);
    return state_.Text();
  }

  void Commit() override {
    if (state_.bytes == 0) FailWithoutToken(output_.prefix + ".ds");
    metadata_.emplace(output_.prefix + ".ds.metadata");
    metadata_->Write(Metadata());
    tokens_.Commit();
    metadata_->Commit();
    index_.Commit();
  }

  std::vector<OutputRecord> outputs() const override {
    return {RecordOf(tokens_.file(), state_.documents), RecordOf(index_.file(), state_.documents),
            RecordOf(*metadata_, 1)};
  }

  static std::unique_ptr<TokenWriter> Make(const TokenOutput& output, std::string_view text) {
    const auto state = text.empty() ? TwoCounts{} : TwoCounts::Parse(text);
    const bool reaches =
        state &&
        (text.empty() || (PartialReaches(output.prefix + ".ds", state->bytes) &&
                          PartialReaches(output.prefix + ".ds.index", state->documents * 8)));
    return reaches ? std::make_unique<DsWriter>(output, *state) : nullptr;
  }

 private:
  std::string Metadata() const {
    const uint64_t width = TokenBytes(output_.type);
    const uint64_t num_tokens = state_.bytes / width;
    // Three digits and a unit, as datatrove's: "4.00 T", "12.3 kT", "9.04 GT".
    double value = static_cast<double>(num_tokens);
    size_t power = 0;
    for (; value >= 1000 && power < 4; ++power) value /= 1000;
    const int decimals = value >= 100 ? 0 : value >= 10 ? 1 : 2;
    const std::string human = fmt::format("{:.{}f} {}T", value, decimals,
                                          power == 0 ? "" : std::string(1, "kMGT"[power - 1]));
    return fmt::format("{}|{}\n{}\n{}", output_.eot == 50256 ? "gpt2" : "unknown", width,
                       num_tokens, human);
  }

  TokenOutput output_;
  BufferedOutput tokens_;
  BufferedOutput index_;
  std::optional<OutputFile> metadata_;  // from Commit on
  TwoCounts state_;
  std::string ends_;
};

}  // namespace

std::unique_ptr<TokenWriter> MakeTokenWriter(const TokenOutput& output, std::string_view state) {
  switch (output.format) {
    case TokenFormat::kMegatron:
      return MegatronWriter::Make(output, state);
    case TokenFormat::kNanoGpt:
      return NanoGptWriter::Make(output, state);
    case TokenFormat::kLlmc:
      return MakeLlmcWriter(output, state);
    case TokenFormat::kDs:
      return DsWriter::Make(output, state);
  }
  throw Error(ErrorKind::kInternal, "no such format");
}

std::vector<std::string> OutputPaths(const TokenOutput& output) {
  const std::string& prefix = output.prefix;
  switch (output.format) {
    case TokenFormat::kMegatron:
      return {prefix + ".bin", prefix + ".idx"};
    case TokenFormat::kNanoGpt:
      return {prefix + ".bin"};
    case TokenFormat::kLlmc:
      return {LlmcShardPath(prefix, 0), LlmcShardPath(prefix, 1)};
    case TokenFormat::kDs:
      return {prefix + ".ds", prefix + ".ds.index", prefix + ".ds.metadata"};
  }
  return {};
}

}  // namespace owt::formats
