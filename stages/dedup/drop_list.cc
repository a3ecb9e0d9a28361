#include "stages/dedup/drop_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "formats/input_stream.h"
#include "pipeline/error.h"
#include "stages/dedup/line_fields.h"
#include "stages/dedup/pair_lines.h"
#include "stages/dedup/text_key.h"

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
    : sorter_(scratch_folder, memory_bytes / 2),
      max_entries_(memory_bytes / sizeof(Entry)),
      names_(scratch_folder, size_t{1} << 18) {}

void DropList::Add(std::string_view id, std::string_view kept) {
  if (last_name_ != kept || num_added_ == 0) {
    last_name_ = kept;
    last_place_ = names_.size();
    const auto size = static_cast<uint32_t>(kept.size());
    names_.Append({reinterpret_cast<const char*>(&size), sizeof(size)});
    names_.Append(kept);
  }
  const TextKey key = KeyOf(id);
  sorter_.Add({key.high, key.low, last_place_});
  ++num_added_;
}

void DropList::Finish() {
  names_.FinishWriting();
  sorter_.Finish();
  fits_ = num_added_ <= max_entries_;
  if (!fits_) return;
  entries_.reserve(num_added_);
  for (Entry entry; Next(&entry);) entries_.push_back(entry);
}

// Of equal ids the one added first has the smallest place.
bool DropList::Next(Entry* entry) {
  while (sorter_.Next(entry)) {
    if (has_last_ && (*entry)[0] == last_[0] && (*entry)[1] == last_[1]) continue;
    last_ = *entry;
    has_last_ = true;
    return true;
  }
  return false;
}

bool DropList::Find(std::string_view id, std::string* kept) const {
  const TextKey key = KeyOf(id);
  const Entry wanted = {key.high, key.low, 0};
  const auto found = std::lower_bound(entries_.begin(), entries_.end(), wanted);
  if (found == entries_.end() || (*found)[0] != key.high || (*found)[1] != key.low) return false;
  if (kept != nullptr) ReadName((*found)[2], kept);
  return true;
}

void DropList::ReadName(uint64_t place, std::string* name) const {
  uint32_t size = 0;
  names_.ReadAt(place, reinterpret_cast<char*>(&size), sizeof(size));
  name->resize(size);
  names_.ReadAt(place + sizeof(size), name->data(), size);
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
