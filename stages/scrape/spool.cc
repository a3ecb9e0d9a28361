#include "stages/scrape/spool.h"

#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <limits>

#include "pipeline/error.h"
#include "pipeline/hash.h"

namespace owt::scrape {
namespace {

static_assert(std::endian::native == std::endian::little, "the journal is little-endian");

constexpr std::string_view kMagic = "owt-scrape-journal 1 ";

struct Entry {
  uint64_t ordinal = 0;
  Spool::Slot slot;
  uint64_t check = 0;  // of the bytes before

  std::string_view Checked() const {
    return {reinterpret_cast<const char*>(this), offsetof(Entry, check)};
  }
};

static_assert(sizeof(Spool::Slot) == 16 && sizeof(Entry) == 32, "the layout of the files");

// Reads `size` bytes unless the file ends before.
size_t ReadFully(const Fd& file, char* out, size_t size, uint64_t offset) {
  size_t done = 0;
  while (done < size) {
    const size_t count = file.ReadAt(out + done, size - done, offset + done);
    if (count == 0) break;
    done += count;
  }
  return done;
}

void MakeFolder(const std::string& folder) {
  if (mkdir(folder.c_str(), 0777) != 0 && errno != EEXIST) {
    ThrowErrno(ErrorKind::kOutput, "cannot make the folder for pages on their way", folder);
  }
}

}  // namespace

Spool::Spool(std::string folder, const std::string& fingerprint, bool take_up)
    : folder_(std::move(folder)) {
  MakeFolder(folder_);
  pages_ = Fd::OpenWrite(folder_ + "/pages");
  journal_ = Fd::OpenWrite(folder_ + "/journal");
  if (flock(journal_.get(), LOCK_EX | LOCK_NB) != 0) {
    ThrowErrno(ErrorKind::kOutput, "another run is fetching for the same output", folder_);
  }
  index_ = Fd::OpenWrite(folder_ + "/index");
  index_.Truncate(0);
  const std::string first_line = std::string(kMagic) + fingerprint + "\n";
  std::string found(first_line.size(), '\0');
  const size_t count = ReadFully(journal_, found.data(), found.size(), 0);
  if (take_up && count == first_line.size() && found == first_line) {
    Recover(first_line);
  } else {
    StartOver(first_line);
  }
}

void Spool::StartOver(const std::string& first_line) {
  journal_.Truncate(0);
  pages_.Truncate(0);
  journal_.SeekTo(0);
  journal_.Write(first_line);
  journal_.SyncData();
  SyncFolderOf(folder_ + "/journal");
}

void Spool::Recover(const std::string& first_line) {
  const uint64_t pages_size = pages_.Size();
  uint64_t position = first_line.size();
  std::string block(sizeof(Entry) * 4096, '\0');
  bool is_intact = true;
  while (is_intact) {
    const size_t count = ReadFully(journal_, block.data(), block.size(), position);
    std::string good;
    for (size_t i = 0; i + sizeof(Entry) <= count; i += sizeof(Entry)) {
      Entry entry;
      std::memcpy(&entry, block.data() + i, sizeof(entry));
      is_intact = entry.check == Hash64(entry.Checked()) &&
                  entry.slot.offset + entry.slot.length <= pages_size;
      if (!is_intact) break;
      end_ = std::max(end_, entry.slot.offset + entry.slot.length);
      good.append(block, i, sizeof(Entry));
    }
    WriteIndex(good);
    num_recovered_ += good.size() / sizeof(Entry);
    position += good.size();
    if (count < block.size()) break;
  }
  journal_.Truncate(position);
  journal_.SeekTo(position);
  pages_.Truncate(end_);
  pages_.SeekTo(end_);
}

void Spool::Add(uint64_t ordinal, Reason reason, int status, std::string_view record) {
  if (record.size() > std::numeric_limits<uint32_t>::max()) {
    throw Error(ErrorKind::kInternal, "a page's record is larger than 4 GiB");
  }
  std::unique_lock<std::mutex> lock(mutex_);
  if (!record.empty()) {
    synced_.wait(lock, [this] { return records_.size() < kMaxUnsyncedBytes || is_given_up_; });
  }
  Entry entry;
  entry.ordinal = ordinal;
  entry.slot = {end_, static_cast<uint32_t>(record.size()), static_cast<uint16_t>(reason),
                static_cast<uint16_t>(status)};
  entry.check = Hash64(entry.Checked());
  records_.append(record);
  end_ += record.size();
  entries_.append(reinterpret_cast<const char*>(&entry), sizeof(entry));
}

size_t Spool::unsynced_bytes() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return records_.size() + entries_.size();
}

void Spool::StopWaiting() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    is_given_up_ = true;
  }
  synced_.notify_all();
}

void Spool::Sync() {
  std::string records;
  std::string entries;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    records.swap(records_);
    entries.swap(entries_);
  }
  synced_.notify_all();
  if (entries.empty()) return;
  pages_.Write(records);
  pages_.SyncData();
  journal_.Write(entries);
  journal_.SyncData();
  WriteIndex(entries);
}

void Spool::WriteIndex(const std::string& entries) {
  for (size_t i = 0; i < entries.size(); i += sizeof(Entry)) {
    Entry entry;
    std::memcpy(&entry, entries.data() + i, sizeof(entry));
    index_.SeekTo(entry.ordinal * sizeof(Slot));
    index_.Write({reinterpret_cast<const char*>(&entry.slot), sizeof(Slot)});
  }
}

std::vector<Spool::Slot> Spool::Slots(uint64_t first, size_t count) const {
  std::vector<Slot> slots(count);
  ReadFully(index_, reinterpret_cast<char*>(slots.data()), count * sizeof(Slot),
            first * sizeof(Slot));
  return slots;
}

void Spool::Read(const Slot& slot, std::string* out) const {
  const size_t old_size = out->size();
  out->resize(old_size + slot.length);
  if (ReadFully(pages_, out->data() + old_size, slot.length, slot.offset) != slot.length) {
    throw Error(ErrorKind::kInput, "the file is shorter than its journal says; remove the folder",
                pages_.path());
  }
}

void Spool::Remove() {
  for (const char* name : {"/index", "/journal", "/pages"}) unlink((folder_ + name).c_str());
  if (rmdir(folder_.c_str()) != 0 && errno != ENOENT) {
    ThrowErrno(ErrorKind::kOutput, "cannot remove the folder for pages on their way", folder_);
  }
}

}  // namespace owt::scrape
