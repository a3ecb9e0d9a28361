#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/buffer.h"
#include "pipeline/fd.h"
#include "pipeline/tally.h"

namespace owt {

// A place in a run's inputs, in decoded bytes.
struct Position {
  uint32_t file = 0;    // index into the run's input files
  uint64_t offset = 0;  // byte offset in the decoded file
  uint64_t record = 0;  // records before this place, over all input files

  bool operator==(const Position&) const = default;
};

// A record that the source itself had to refuse, such as one too large to hold.
struct BadRecord {
  uint64_t offset = 0;  // in the decoded file
  std::string_view reason;
  std::string beginning;  // its first bytes
};

// Whole records of one file. Sized in bytes, never in records; `sequence` counts from 0 in the
// order of the input.
struct Batch {
  uint64_t sequence = 0;
  Position begin;  // of the first record
  Position end;    // right behind the last record, where the next batch starts
  Buffer bytes;
  std::vector<BadRecord> bad;         // counted in `in` and quarantined by the flow
  std::optional<uint64_t> file_xxh3;  // set with the last batch of a file: hash of the stored file

  // Offset in the decoded file of the byte at `index` in `bytes`.
  uint64_t OffsetOf(size_t index) const { return begin.offset + index; }
};

// What a transform says of a record that does not go on: bytes [begin, end) of the batch.
struct RecordNote {
  size_t begin = 0;
  size_t end = 0;
  std::string_view reason;  // lives as long as the run: a literal, or owned by the transform
  bool bad = false;         // quarantined; otherwise dropped
};

// What became of a batch. The sink gets them in order. A transform fills `bytes` or `packed` as its
// sink expects (and `aux`), sets
// tally.in, tally.out and tally.changed, and calls Drop or Quarantine for every other record.
struct BatchResult {
  const Batch* batch = nullptr;  // what it came from; set by the flow
  uint64_t sequence = 0;
  Position end;
  std::string bytes;  // for the output
  Buffer packed;      // the same where a transform has it in such memory: no copy is made then
  std::string aux;    // a second stream for sinks that need one (such as lengths)
  std::vector<RecordNote> notes;
  Tally tally;

  void Drop(size_t begin, size_t end_index, std::string_view reason);
  void Quarantine(size_t begin, size_t end_index, std::string_view reason);
  void Clear();
};

// Where batches come from. Serial: called by one thread at a time, in order.
class Source {
 public:
  virtual ~Source() = default;

  // Fills `batch`; false at the end. Throws Error{kInput}.
  virtual bool Next(Batch* batch) = 0;

  // Goes on at `position`, which an earlier run got as the end of a batch.
  virtual void Seek(const Position& position) = 0;

  // Compressed bytes read so far and in all (0 when unknown), for progress.
  virtual uint64_t bytes_read() const = 0;
  virtual uint64_t bytes_total() const = 0;
};

// Turns a batch into its result. Parallel and pure: nothing but the batch decides the result.
class BatchTransform {
 public:
  virtual ~BatchTransform() = default;
  virtual void Apply(const Batch& batch, BatchResult* result) const = 0;
};

// Where results go. Serial, in order.
class Sink {
 public:
  virtual ~Sink() = default;

  // Takes what is for the output. A sink that drops records itself (see below) makes of the result
  // what it would be had the transform dropped them: bytes, tally and notes.
  virtual void Put(BatchResult& result) = 0;

  // Whether Put calls result.Drop, or takes notes out to write them on Commit through
  // context.dropped: the lines for --dropped are then made after Put.
  virtual bool DropsRecords() const { return false; }

  // Says how to come back to what was put so far (one line of text), and adds to *unsynced the
  // files that must be synced before it holds: the flow does that while the run goes on, and asks
  // again only afterwards. A sink that cannot be resumed (yet) returns an empty text.
  virtual std::string Checkpoint(std::vector<Fd>* /*unsynced*/) { return {}; }

  // Goes back to such a state; false if what is on disk no longer fits it.
  virtual bool Restore(const std::string& state) { return state.empty(); }

  // Completes the outputs under their final names.
  virtual void Commit() = 0;
};

}  // namespace owt
