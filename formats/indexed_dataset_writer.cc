#include "formats/indexed_dataset_writer.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <limits>
#include <vector>

#include "pipeline/error.h"
#include "pipeline/fd.h"

namespace owt::formats {
namespace {

constexpr size_t kBufferBytes = size_t{1} << 20;
constexpr size_t kUncopiedBytes = size_t{128} << 10;  // are worth a system call of their own
constexpr size_t kLengthsPerBlock = kBufferBytes / sizeof(int32_t);

std::string SpoolPath(const IndexedDatasetPaths& paths) { return paths.idx + ".lengths"; }

template <class Integer>
void Append(Integer value, std::string* bytes) {
  char raw[sizeof(value)];
  std::memcpy(raw, &value, sizeof(value));
  bytes->append(raw, sizeof(value));
}

constexpr int32_t LengthOf(int32_t packed) { return packed < 0 ? ~packed : packed; }

// Hands what is pending to the file once it is worth a system call, or always when `all`.
void Flush(std::string* buffer, OutputFile* file, bool all = false) {
  if (buffer->size() < kBufferBytes && !all) return;
  file->Write(*buffer);
  buffer->clear();
}

// Calls each(length, ends_document) for everything in the spool, from the first to the last.
template <class Each>
void ForEachLength(const IndexedDatasetPaths& paths, uint64_t num_lengths, Each each) {
  Fd spool = Fd::OpenRead(OutputFile::PartialPath(SpoolPath(paths)));
  std::vector<int32_t> block(std::min<uint64_t>(num_lengths, kLengthsPerBlock));
  char* const raw = reinterpret_cast<char*>(block.data());
  for (uint64_t done = 0; done < num_lengths;) {
    const size_t count = static_cast<size_t>(std::min<uint64_t>(block.size(), num_lengths - done));
    const size_t wanted = count * sizeof(int32_t);
    for (size_t got = 0; got < wanted;) {
      const size_t bytes = spool.Read(raw + got, wanted - got);
      if (bytes == 0) {
        throw Error(ErrorKind::kOutput, "the spool of lengths was cut short during the run",
                    spool.path());
      }
      got += bytes;
    }
    for (size_t i = 0; i < count; ++i) each(LengthOf(block[i]), block[i] >= 0);
    done += count;
  }
}

uint64_t PartialSize(const std::string& path) {
  const std::string partial = OutputFile::PartialPath(path);
  return FileExists(partial) ? Fd::OpenRead(partial).Size() : 0;
}

}  // namespace

std::string IndexedDatasetState::Text() const {
  return fmt::format("{} {} {} {}", bin_bytes, num_documents, num_sequences, num_lengths);
}

std::optional<IndexedDatasetState> IndexedDatasetState::Parse(std::string_view text) {
  IndexedDatasetState state;
  const char* next = text.data();
  const char* const end = text.data() + text.size();
  for (uint64_t* field :
       {&state.bin_bytes, &state.num_documents, &state.num_sequences, &state.num_lengths}) {
    if (field != &state.bin_bytes && (next == end || *next++ != ' ')) return std::nullopt;
    const auto [stop, error] = std::from_chars(next, end, *field);
    if (error != std::errc()) return std::nullopt;
    next = stop;
  }
  if (next != end || state.num_sequences > state.num_lengths ||
      state.num_documents > state.num_lengths) {
    return std::nullopt;
  }
  return state;
}

IndexedDatasetWriter::IndexedDatasetWriter(const IndexedDatasetPaths& paths, TokenType type,
                                           const State& state)
    : paths_(paths),
      type_(type),
      state_(state),
      bin_(paths.bin, state.bin_bytes),
      spool_(SpoolPath(paths), state.num_lengths * sizeof(int32_t)) {}

IndexedDatasetWriter::~IndexedDatasetWriter() = default;

bool IndexedDatasetWriter::CanResume(const IndexedDatasetPaths& paths, const State& state) {
  return PartialSize(paths.bin) >= state.bin_bytes &&
         PartialSize(SpoolPath(paths)) / sizeof(int32_t) >= state.num_lengths;
}

void IndexedDatasetWriter::AddDocument(std::span<const uint32_t> tokens) {
  if (tokens.size() > static_cast<size_t>(std::numeric_limits<int32_t>::max())) {
    throw Error(ErrorKind::kInput,
                fmt::format("document {} has {} tokens; the format holds 2147483647 at most",
                            state_.num_documents, tokens.size()),
                paths_.bin);
  }
  const uint32_t max_id = type_ == TokenType::kUint16 ? 0xFFFF : 0x7FFFFFFF;
  for (const uint32_t token : tokens) {
    if (token > max_id) {
      throw Error(ErrorKind::kInternal,
                  fmt::format("token id {} does not fit {}", token, TokenTypeName(type_)),
                  paths_.bin);
    }
    if (type_ == TokenType::kUint16) {
      Append(static_cast<uint16_t>(token), &bin_buffer_);
    } else {
      Append(static_cast<int32_t>(token), &bin_buffer_);
    }
  }
  Append(static_cast<int32_t>(tokens.size()), &spool_buffer_);
  ++state_.num_documents;
  ++state_.num_lengths;
  state_.num_sequences += tokens.empty() ? 0 : 1;
  state_.bin_bytes += tokens.size() * TokenBytes(type_);
  Flush(&bin_buffer_, &bin_);
  Flush(&spool_buffer_, &spool_);
}

void IndexedDatasetWriter::AddDocuments(std::string_view packed_tokens,
                                        std::string_view packed_lengths) {
  uint64_t num_tokens = 0;
  uint64_t num_documents = 0;
  uint64_t num_sequences = 0;
  int32_t packed = 0;
  for (size_t i = 0; i + sizeof(int32_t) <= packed_lengths.size(); i += sizeof(int32_t)) {
    std::memcpy(&packed, packed_lengths.data() + i, sizeof(packed));
    num_tokens += static_cast<uint64_t>(LengthOf(packed));
    num_sequences += LengthOf(packed) != 0 ? 1 : 0;
    num_documents += packed >= 0 ? 1 : 0;
  }
  const bool is_whole = packed >= 0 && packed_lengths.size() % sizeof(int32_t) == 0;
  if (!is_whole || num_tokens * TokenBytes(type_) != packed_tokens.size()) {
    throw Error(
        ErrorKind::kInternal,
        fmt::format("packed lengths do not add up to the {} bytes of tokens", packed_tokens.size()),
        paths_.bin);
  }
  state_.bin_bytes += packed_tokens.size();
  state_.num_documents += num_documents;
  state_.num_lengths += packed_lengths.size() / sizeof(int32_t);
  state_.num_sequences += num_sequences;
  if (packed_tokens.size() >= kUncopiedBytes) {
    if (!bin_buffer_.empty()) Flush(&bin_buffer_, &bin_, /*all=*/true);
    bin_.Write(packed_tokens);
  } else {
    bin_buffer_ += packed_tokens;
    Flush(&bin_buffer_, &bin_);
  }
  spool_buffer_ += packed_lengths;
  Flush(&spool_buffer_, &spool_);
}

IndexedDatasetWriter::State IndexedDatasetWriter::Checkpoint(std::vector<Fd>* unsynced) {
  Flush(&bin_buffer_, &bin_, /*all=*/true);
  Flush(&spool_buffer_, &spool_, /*all=*/true);
  bin_.Keep(unsynced);
  spool_.Keep(unsynced);
  return state_;
}

void IndexedDatasetWriter::Commit() {
  if (state_.bin_bytes == 0) {
    throw Error(ErrorKind::kInput, "not one token to write: every document was empty", paths_.bin);
  }
  Flush(&bin_buffer_, &bin_, /*all=*/true);
  Flush(&spool_buffer_, &spool_, /*all=*/true);
  WriteIndex();
  // An index that is there describes the .bin beside it: an earlier run's goes before its .bin.
  unlink(paths_.idx.c_str());
  bin_.Commit();
  idx_->Commit();
  unlink(OutputFile::PartialPath(SpoolPath(paths_)).c_str());
}

void IndexedDatasetWriter::WriteIndex() {
  idx_.emplace(paths_.idx);
  std::string bytes;
  bytes.reserve(kBufferBytes + sizeof(int64_t));
  bytes += kIdxMagic;
  Append(kIdxVersion, &bytes);
  Append(static_cast<uint8_t>(type_), &bytes);
  Append(state_.num_sequences, &bytes);
  Append(state_.num_documents + 1, &bytes);
  ForEachLength(paths_, state_.num_lengths, [&](int32_t length, bool) {
    if (length != 0) Append(length, &bytes);
    Flush(&bytes, &*idx_);
  });
  int64_t pointer = 0;
  ForEachLength(paths_, state_.num_lengths, [&](int32_t length, bool) {
    if (length != 0) Append(pointer, &bytes);
    pointer += static_cast<int64_t>(length) * static_cast<int64_t>(TokenBytes(type_));
    Flush(&bytes, &*idx_);
  });
  int64_t bound = 0;
  Append(bound, &bytes);
  ForEachLength(paths_, state_.num_lengths, [&](int32_t length, bool ends_document) {
    bound += length != 0 ? 1 : 0;
    if (ends_document) Append(bound, &bytes);
    Flush(&bytes, &*idx_);
  });
  Flush(&bytes, &*idx_, /*all=*/true);
}

}  // namespace owt::formats
