#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "formats/indexed_dataset.h"
#include "pipeline/output_file.h"

namespace owt::formats {

// How far a writer has come: all that is needed to go on from there in another process.
struct IndexedDatasetState {
  uint64_t bin_bytes = 0;
  uint64_t num_documents = 0;
  uint64_t num_sequences = 0;  // none of them empty
  uint64_t num_lengths = 0;    // in the spool

  bool operator==(const IndexedDatasetState&) const = default;

  // One line of text, and back; nothing when it is not such a line.
  std::string Text() const;
  static std::optional<IndexedDatasetState> Parse(std::string_view text);
};

// Writes an indexed dataset (layout in formats/indexed_dataset.h), byte for byte what Megatron's
// own builder writes for the same documents.
//
// Streams: memory is constant in the number of documents. Tokens go to the .bin as they come, the
// lengths to a hidden spool file beside the .idx ("..lengths.owt-partial"), and Commit makes the
// .idx from the spool in three sequential passes (lengths, offsets by prefix sum, doc_idx). Not
// thread-safe. Throws Error{kOutput} when the disk fails.
class IndexedDatasetWriter {
 public:
  using State = IndexedDatasetState;

  // Starts over at State{}, or goes on at an earlier `state`; whatever the partial files hold
  // behind it is cut off. REQUIRES: CanResume(paths, state) unless the state is State{}.
  IndexedDatasetWriter(const IndexedDatasetPaths& paths, TokenType type, const State& state = {});
  ~IndexedDatasetWriter();
  IndexedDatasetWriter(const IndexedDatasetWriter&) = delete;
  IndexedDatasetWriter& operator=(const IndexedDatasetWriter&) = delete;

  // Whether the partial files on disk reach up to `state`.
  static bool CanResume(const IndexedDatasetPaths& paths, const State& state);

  // One document. An empty one is a document without a sequence, as in Megatron since mid-2023; a
  // caller that wants none leaves the call out. Throws Error{kInternal} for an id that the type
  // cannot hold, Error{kInput} for 2^31 tokens or more, which the format cannot hold.
  void AddDocument(std::span<const uint32_t> tokens);

  // Many documents at once: their tokens packed in this writer's type, and lengths as i32. Of a
  // document in one sequence that is its length (0: none); of several sequences each before the
  // last stands as its complement, ~length, which is negative. Throws Error{kInternal} where the
  // two do not add up or the last document has no end.
  void AddDocuments(std::string_view packed_tokens, std::string_view packed_lengths);

  // Leaves the partial files behind from now on, so that a later run can start at the returned
  // state once *unsynced is synced (see OutputFile::Keep).
  State Checkpoint(std::vector<Fd>* unsynced);

  // Writes the index and puts both files under their final names, .bin first. Nothing may be added
  // after it. Throws Error{kInput} when there was no token at all: no reader can open that.
  void Commit();

  const State& state() const { return state_; }

  TokenType type() const { return type_; }

  // For the manifest. REQUIRES of idx(): Commit was called.
  const OutputFile& bin() const { return bin_; }

  const OutputFile& idx() const { return *idx_; }

 private:
  void WriteIndex();

  IndexedDatasetPaths paths_;
  TokenType type_;
  State state_;
  OutputFile bin_;
  OutputFile spool_;               // lengths as AddDocuments takes them; never committed
  std::optional<OutputFile> idx_;  // from Commit on
  std::string bin_buffer_;
  std::string spool_buffer_;
};

}  // namespace owt::formats
