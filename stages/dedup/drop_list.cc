#include "stages/dedup/drop_list.h"

#include <fmt/format.h>
#include <oneapi/tbb/parallel_sort.h>

#include <algorithm>
#include <cstring>
#include <functional>

#include "formats/input_stream.h"
#include "pipeline/error.h"
#include "stages/dedup/index.h"
#include "stages/dedup/line_fields.h"
#include "stages/dedup/pair_lines.h"

namespace owt::dedup {
namespace {

constexpr size_t kMaxListLineBytes = size_t{1} << 30;  // a group of ten million addresses
constexpr size_t kListBlockBytes = size_t{1} << 18;

// Calls on_line(number, line) for the lines of a file, from 1. The last one must have an end.
void ForEachLineOf(const std::string& path,
                   const std::function<void(uint64_t number, std::string_view line)>& on_line) {
  const auto input = formats::OpenInput(path);
  std::string held;
  uint64_t number = 0;
  while (true) {
    const size_t old_size = held.size();
    held.resize(old_size + kListBlockBytes);
    const size_t count = input->Read(held.data() + old_size, kListBlockBytes);
    held.resize(old_size + count);
    if (count == 0) break;
    size_t begin = 0;
    size_t from = old_size;
    for (size_t end; (end = held.find('\n', from)) != held.npos; from = begin = end + 1) {
      on_line(++number, std::string_view(held).substr(begin, end - begin));
    }
    held.erase(0, begin);
    if (held.size() > kMaxListLineBytes) ThrowBadLine("is longer than 1 GiB", number + 1, path);
  }
  if (!held.empty()) {
    ThrowBadLine("is cut off: it has no end; make the file again", number + 1, path);
  }
}

}  // namespace

DropList::DropList(std::string scratch_folder, uint64_t memory_bytes)
    : max_entries_(memory_bytes / sizeof(Entry)),
      names_(std::move(scratch_folder), size_t{1} << 18) {}

void DropList::Add(std::string_view id, std::string_view kept) {
  if (entries_.size() == max_entries_) {
    throw Error(
        ErrorKind::kResource,
        fmt::format("more than {} documents to drop, of 24 bytes each, do not fit into half "
                    "of --memory; give it more, or a list of the ids of this input only",
                    max_entries_));
  }
  // Growing by doubling would hold twice as much for a moment.
  if (entries_.size() == entries_.capacity() && entries_.size() > max_entries_ / 4) {
    entries_.reserve(max_entries_);
  }
  if (last_name_ != kept || names_.size() == 0) {
    last_name_ = kept;
    last_place_ = names_.size();
    const auto size = static_cast<uint32_t>(kept.size());
    names_.Append({reinterpret_cast<const char*>(&size), sizeof(size)});
    names_.Append(kept);
  }
  const TextKey key = KeyOf(id);
  entries_.push_back({key.high, key.low, last_place_});
}

void DropList::Finish() {
  names_.FinishWriting();
  oneapi::tbb::parallel_sort(entries_.begin(), entries_.end());
  const auto same = [](const Entry& a, const Entry& b) { return a[0] == b[0] && a[1] == b[1]; };
  entries_.erase(std::unique(entries_.begin(), entries_.end(), same), entries_.end());
}

bool DropList::Find(std::string_view id, std::string* kept) const {
  const TextKey key = KeyOf(id);
  const Entry wanted = {key.high, key.low, 0};
  const auto found = std::lower_bound(entries_.begin(), entries_.end(), wanted);
  if (found == entries_.end() || (*found)[0] != key.high || (*found)[1] != key.low) return false;
  if (kept == nullptr) return true;
  uint32_t size = 0;
  names_.ReadAt((*found)[2], reinterpret_cast<char*>(&size), sizeof(size));
  kept->resize(size);
  names_.ReadAt((*found)[2] + sizeof(size), kept->data(), size);
  return true;
}

void ReadComponents(const std::string& path, std::string_view prefix, DropList* list) {
  ForEachLineOf(path, [&](uint64_t number, std::string_view line) {
    LineFields fields;
    if (!SplitFields(line, &fields)) {
      ThrowBadLine("is damaged: expected an id, a TAB and its root, without control characters",
                   number, path);
    }
    if (fields.first == fields.second || !fields.first.starts_with(prefix)) return;
    list->Add(fields.first, fields.second);
  });
  list->Finish();
}

void ReadGroups(const std::string& path, DropList* list) {
  ForEachLineOf(path, [&](uint64_t number, std::string_view line) {
    std::string first;
    const auto on_id = [&](size_t place, const std::string& id) {
      if (place == 0) {
        first = id;
        return;
      }
      if (id == first) ThrowBadLine("names the address to keep twice", number, path);
      list->Add(id, first);
    };
    if (!ReadGroupLine(line, on_id)) {
      ThrowBadLine(fmt::format("is damaged: expected {}", kGroupLine), number, path);
    }
  });
  list->Finish();
}

}  // namespace owt::dedup
