#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/fd.h"
#include "stages/scrape/fetch_result.h"

namespace owt::scrape {

// The outcomes of a crawl as they come, in a folder beside the output, so that a killed run goes on
// where it was: no page is fetched again, lost or doubled.
//
//   pages    records, one behind the other, in the order in which they came
//   journal  a line that names the run, then an entry of 32 bytes for each outcome: ordinal,
//            offset and length in `pages`, reason, status, checksum; little-endian
//   index    the same by ordinal; made anew from the journal, never trusted
//
// Sync makes `pages` durable before the entries that point into it. On opening, the journal is read
// up to the first entry that is cut or does not fit, and all that lies behind is cut off.
//
// A crawl ends in no set order; the index gives the order of the URL list back, and this is how
// pages of slow hosts hold up nothing: the window of reordering is the disk. Memory is bounded by
// kMaxUnsyncedBytes and does not grow with the crawl.
class Spool {
 public:
  static constexpr size_t kMaxUnsyncedBytes = 64 << 20;

  // What is known of one URL.
  struct Slot {
    uint64_t offset = 0;
    uint32_t length = 0;  // of the record; 0 when there is none
    uint16_t reason = 0;
    uint16_t status = 0;

    bool is_known() const { return length != 0 || reason != 0; }
  };

  // Opens `folder` (made if need be). What an earlier run left there is taken up if it had the same
  // `fingerprint` and `take_up` is set, and thrown away otherwise. Throws Error{kOutput}; also
  // while another process has the folder open.
  Spool(std::string folder, const std::string& fingerprint, bool take_up = true);

  // Outcomes found on opening.
  uint64_t num_recovered() const { return num_recovered_; }

  // An outcome: a page's record (not empty, reason kNone), or the reason why there is none. Once
  // for each ordinal. Any thread; waits for Sync while a record finds too much unsynced.
  void Add(uint64_t ordinal, Reason reason, int status, std::string_view record);

  size_t unsynced_bytes() const;

  // From now on Add waits for nothing: there will be no Sync.
  void StopWaiting();

  // Makes everything added before the call durable. One thread.
  void Sync();

  // Of the ordinals [first, first + count), as of the last Sync. Any thread.
  std::vector<Slot> Slots(uint64_t first, size_t count) const;
  // Appends the record. Any thread.
  void Read(const Slot& slot, std::string* out) const;

  // Deletes the folder: its content has been used.
  void Remove();

 private:
  void StartOver(const std::string& first_line);
  void Recover(const std::string& first_line);
  void WriteIndex(const std::string& entries);

  const std::string folder_;
  Fd pages_;
  Fd journal_;
  Fd index_;
  uint64_t num_recovered_ = 0;

  mutable std::mutex mutex_;
  std::condition_variable synced_;
  uint64_t end_ = 0;          // of `pages`, with what is not written yet; guarded by mutex_
  std::string records_;       // not written yet; guarded by mutex_
  std::string entries_;       // not written yet; guarded by mutex_
  bool is_given_up_ = false;  // guarded by mutex_
};

}  // namespace owt::scrape
