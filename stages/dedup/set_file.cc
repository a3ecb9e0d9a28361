#include "stages/dedup/set_file.h"

#include <cstring>

#include "pipeline/error.h"
#include "stages/dedup/band_file.h"

namespace owt::dedup {
namespace {

// In front of a record's shingles and address.
struct FactsHead {
  uint64_t rank;
  uint32_t url_bytes;
  uint32_t num_shingles;
};

std::string SetsPath(const std::string& prefix) { return prefix + ".sets"; }

std::string PlacesPath(const std::string& prefix) { return prefix + ".places"; }

[[noreturn]] void ThrowDamaged(const Fd& file) {
  throw Error(ErrorKind::kInput, "the file is damaged; remove it and run again", file.path());
}

}  // namespace

SetWriter::SetWriter(const std::string& prefix, uint64_t documents, uint64_t bytes)
    : sets_(SetsPath(prefix), bytes), places_(PlacesPath(prefix), documents * sizeof(uint64_t)) {}

bool SetWriter::CanResume(const std::string& prefix, uint64_t documents, uint64_t bytes) {
  return KeptBytes(SetsPath(prefix)) >= bytes &&
         KeptBytes(PlacesPath(prefix)) >= documents * sizeof(uint64_t);
}

void SetWriter::Add(std::string_view records) {
  std::string ends;
  const uint64_t begin = sets_.bytes();
  for (size_t at = 0; at < records.size();) {
    FactsHead head;
    std::memcpy(&head, records.data() + at, sizeof(head));
    at += sizeof(head) + head.url_bytes + head.num_shingles * sizeof(uint64_t);
    const uint64_t end = begin + at;
    ends.append(reinterpret_cast<const char*>(&end), sizeof(end));
  }
  sets_.Write(records);
  places_.Write(ends);
}

void SetWriter::Keep(std::vector<Fd>* unsynced) {
  sets_.Keep(unsynced);
  places_.Keep(unsynced);
}

void SetWriter::Commit() {
  sets_.Commit();
  places_.Commit();
}

void AppendFacts(const DocumentFacts& facts, std::string* to) {
  const FactsHead head = {facts.rank, static_cast<uint32_t>(facts.url.size()),
                          static_cast<uint32_t>(facts.shingles.size())};
  to->append(reinterpret_cast<const char*>(&head), sizeof(head));
  to->append(reinterpret_cast<const char*>(facts.shingles.data()), facts.shingles.size_bytes());
  to->append(facts.url);
}

SetFile::SetFile(const std::vector<Source>& sources) {
  for (const Source& source : sources) {
    files_.push_back(
        {source, Fd::OpenRead(SetsPath(source.prefix)), Fd::OpenRead(PlacesPath(source.prefix))});
    const Fd& places = files_.back().places;
    if (places.Size() != source.documents->count() * sizeof(uint64_t)) ThrowDamaged(places);
  }
}

const SetFile::Files& SetFile::FilesOf(uint32_t document) const {
  size_t i = files_.size() - 1;
  while (i > 0 && files_[i].source.begin > document) --i;
  return files_[i];
}

bool SetFile::Has(uint32_t document) const {
  const Source& source = FilesOf(document).source;
  const uint64_t record = document - source.begin;  // of one before the first source too large
  return record < source.documents->size() && source.documents->Has(record);
}

DocumentFacts SetFile::Read(uint32_t document, Buffer* buffer) const {
  const auto& [source, sets, places] = FilesOf(document);
  const uint64_t i = source.documents->Rank(document - source.begin);
  uint64_t ends[2] = {0, 0};
  const size_t skipped = i == 0 ? 1 : 0;
  const size_t wanted = (2 - skipped) * sizeof(uint64_t);
  const size_t got = places.ReadAt(reinterpret_cast<char*>(ends + skipped), wanted,
                                   (i + skipped - 1) * sizeof(uint64_t));
  if (got != wanted || ends[1] < ends[0] + sizeof(FactsHead) || ends[1] > sets.Size()) {
    ThrowDamaged(places);
  }
  const uint64_t bytes = ends[1] - ends[0];
  buffer->words_.resize((bytes + 7) / 8);
  char* const data = reinterpret_cast<char*>(buffer->words_.data());
  if (sets.ReadAt(data, bytes, ends[0]) != bytes) ThrowDamaged(sets);
  FactsHead head;
  std::memcpy(&head, data, sizeof(head));
  const uint64_t shingle_bytes = head.num_shingles * sizeof(uint64_t);
  if (sizeof(head) + shingle_bytes + head.url_bytes != bytes) ThrowDamaged(sets);
  static_assert(sizeof(head) % sizeof(uint64_t) == 0);
  const ShingleSet shingles(buffer->words_.data() + sizeof(head) / sizeof(uint64_t),
                            head.num_shingles);
  return {head.rank, {data + sizeof(head) + shingle_bytes, head.url_bytes}, shingles};
}

}  // namespace owt::dedup
