#include "stages/dedup/id_numbers.h"

#include <algorithm>

namespace owt::dedup {
namespace {

constexpr size_t kSortableBytes = 8;
constexpr uint64_t kIdBufferBytes = uint64_t{1} << 20;

}  // namespace

void AppendSortable(uint64_t number, std::string* out) {
  for (int shift = 56; shift >= 0; shift -= 8) out->push_back(static_cast<char>(number >> shift));
}

uint64_t SortableAt(std::string_view text, size_t at) {
  uint64_t number = 0;
  for (size_t i = 0; i < kSortableBytes; ++i) {
    number = number << 8 | static_cast<unsigned char>(text[at + i]);
  }
  return number;
}

IdNumbers::IdNumbers(std::string scratch_folder, uint64_t memory_bytes)
    : folder_(std::move(scratch_folder)),
      memory_bytes_(memory_bytes),
      tagged_(std::make_unique<TextSorter>(folder_, memory_bytes)),
      by_tag_(folder_, memory_bytes),
      ids_(folder_, static_cast<size_t>(std::min(memory_bytes / 8, kIdBufferBytes))) {}

// No id holds a NUL: behind it the tag decides among equal ids only.
void IdNumbers::Add(std::string_view id, uint64_t tag) {
  scratch_.assign(id);
  scratch_ += '\0';
  AppendSortable(tag, &scratch_);
  tagged_->Add(scratch_);
}

uint64_t IdNumbers::Finish() {
  tagged_->Finish();
  uint64_t count = 0;
  std::string last;
  std::string entry;
  for (std::string_view text; tagged_->Next(&text);) {
    const size_t id_bytes = text.size() - kSortableBytes - 1;
    const uint64_t tag = SortableAt(text, id_bytes + 1);
    const std::string_view id = text.substr(0, id_bytes);
    if (count == 0 || id != last) {
      last = id;
      ++count;
      entry.clear();
      AppendSortable(tag, &entry);
      entry += id;
      TextRun::Append(entry, &ids_);
    }
    by_tag_.Add({tag, count - 1, 0});
  }
  tagged_.reset();
  by_tag_.Finish();
  ids_end_ = ids_.size();
  ids_.FinishWriting();
  return count;
}

bool IdNumbers::NextTag(uint64_t* tag, uint64_t* number) {
  RecordSorter::Record record;
  if (!by_tag_.Next(&record)) return false;
  *tag = record[0];
  *number = record[1];
  return true;
}

void IdNumbers::RewindIds() {
  next_id_.emplace(&ids_, 0, ids_end_,
                   static_cast<size_t>(std::min(memory_bytes_ / 8, kIdBufferBytes)));
}

bool IdNumbers::NextId(std::string_view* id, uint64_t* first_tag) {
  if (!next_id_->Next()) return false;
  const std::string_view entry = next_id_->text();
  *first_tag = SortableAt(entry, 0);
  *id = entry.substr(kSortableBytes);
  return true;
}

}  // namespace owt::dedup
