#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "stages/dedup/repeats.h"
#include "stages/dedup/text_store.h"
#include "stages/text/scratch_file.h"

namespace owt::dedup {

// What goes: bytes [begin, end) of the text of `record`. They stand in that of `first` too.
struct Cut {
  uint64_t record = 0;
  uint64_t begin = 0, end = 0;
  uint64_t first = 0;
};

// Takes claims in order of their begin and decides what goes: what lies in a later copy and in no
// first one, where that is at least a window long. Later copies are joined to stretches with one
// source each, and these are compared with it, byte by byte; hashes alone take nothing out. Memory
// does not depend on the number of claims.
class ClaimSweep {
 public:
  // Cuts are appended to `cuts` as they are in memory, in order.
  ClaimSweep(const TextStore& texts, WindowSize size, text::ScratchFile* cuts)
      : texts_(texts),
        size_(size),
        cuts_(cuts),
        reader_(&texts),
        holders_(&texts),
        sources_(&texts) {}

  void Take(const Claim& claim);
  void Finish();

 private:
  // Bytes [begin, end), of which those from `verified_from` on stand `distance` before too.
  struct Stretch {
    uint64_t verified_from, begin, end, distance;
  };

  struct Bytes {
    uint64_t begin, end;
  };

  void Protect(uint64_t begin, uint64_t end);
  void Cover(const Claim& claim);
  bool Advance();
  void CloseStretch();
  bool IsTrue(const Stretch& stretch);
  void Emit(uint64_t before);
  void EmitUnprotected(const Stretch& stretch);
  void Put(const Stretch& stretch);
  void Write(const Stretch& stretch);

  const TextStore& texts_;
  const WindowSize size_;
  text::ScratchFile* const cuts_;
  TextReader reader_;
  TextFinder holders_, sources_;
  std::string source_bytes_;

  uint64_t covered_ = 0;           // by later copies that were chosen
  std::optional<Claim> farthest_;  // of those that begin before that, the one to be chosen next
  std::optional<Stretch> open_;
  std::deque<Stretch> stretches_;  // whose first copies are not all known yet
  std::deque<Bytes> protected_;    // first copies: disjoint, rising
  // What goes and is whole: bytes [run_begin_, run_end_) so far.
  uint64_t run_begin_ = 0, run_end_ = 0;
  std::vector<Stretch> waiting_;  // of a run that is shorter than a window so far: all of it
};

}  // namespace owt::dedup
