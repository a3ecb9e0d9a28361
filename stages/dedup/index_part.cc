#include "stages/dedup/index_part.h"

#include <fmt/format.h>

#include <cstring>
#include <filesystem>

#include "pipeline/error.h"
#include "pipeline/fd.h"
#include "pipeline/output_file.h"

namespace owt::dedup {
namespace {

constexpr uint64_t kMaxFingerprintBytes = 4096;
constexpr size_t kRemovalsAtOnce = size_t{1} << 14;

template <typename Number>
std::string BytesOfAll(const std::vector<Number>& numbers) {
  return {reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(Number)};
}

template <typename Number>
std::vector<Number> ReadAllNumbers(const std::string& path) {
  const std::string bytes = ReadSmallFile(path, ~uint64_t{0});
  if (bytes.size() % sizeof(Number) != 0) {
    throw Error(ErrorKind::kInput, "the file ends within a number; the index is damaged", path);
  }
  std::vector<Number> numbers(bytes.size() / sizeof(Number));
  std::memcpy(numbers.data(), bytes.data(), bytes.size());
  return numbers;
}

// The first thing in which two methods differ; empty where there is none.
std::string Difference(const BandFileHeader& index, const BandFileHeader& run) {
  const std::pair<std::string_view, uint32_t BandFileHeader::*> numbers[] = {
      {"bands", &BandFileHeader::bands},
      {"rows", &BandFileHeader::rows},
      {"family", &BandFileHeader::family},
      {"unit of shingles", &BandFileHeader::unit},
      {"size of shingles", &BandFileHeader::shingle_size},
      {"words", &BandFileHeader::words},
      {"permutations", &BandFileHeader::slots}};
  for (const auto& [name, number] : numbers) {
    if (index.*number == run.*number) continue;
    return fmt::format("{} {}, here {}", name, index.*number, run.*number);
  }
  if (index.seed == run.seed) return {};
  return fmt::format("seed {}, here {}", index.seed, run.seed);
}

}  // namespace

std::string IndexFolder::NameOf(size_t part) const { return fmt::format("{}{:06}", path_, part); }

IndexFolder::IndexFolder(std::string path, const BandFileHeader& header,
                         std::string_view fingerprint)
    : path_(std::move(path)) {
  if (!path_.ends_with('/')) path_ += '/';
  for (size_t i = 0; FileExists(NameOf(i)); ++i) {
    IndexPart part;
    part.folder = NameOf(i) + "/";
    const BandFileReader exact(part.signed_prefix() + ".exact", BandFileHeader::kExactBand);
    const std::string difference = Difference(exact.header(), header);
    if (!difference.empty()) {
      throw Error(ErrorKind::kUsage,
                  "this part of the index was made by another method: " + difference, part.folder);
    }
    part.size = exact.size();
    if (!parts_.empty()) part.begin = parts_.back().begin + parts_.back().size;
    parts_.push_back(part);
    const std::string made_by = part.folder + "fingerprint";
    last_is_ours_ =
        FileExists(made_by) && ReadSmallFile(made_by, kMaxFingerprintBytes) == fingerprint;
    if (!last_is_ours_ || !FileExists(NameOf(i + 1))) continue;
    throw Error(ErrorKind::kUsage,
                "these inputs are in the index already, and others were added behind them; their "
                "output is that of the run that added them",
                part.folder);
  }
  if (last_is_ours_) parts_.pop_back();
}

void IndexFolder::Publish(const std::string& folder) const {
  const std::string name = NameOf(parts_.size());
  std::error_code error;
  if (last_is_ours_) std::filesystem::remove_all(name, error);
  if (FileExists(name)) {
    throw Error(ErrorKind::kUsage,
                "another run has added to the index meanwhile; remove the output and run again",
                name);
  }
  std::filesystem::rename(folder, name, error);
  if (error) throw Error(ErrorKind::kOutput, "cannot be renamed: " + error.message(), folder);
  SyncFolderOf(name);
}

void WriteRecordSet(const std::string& path, const RecordSet& set) {
  WriteFileAtomically(path, BytesOfAll(set.words()));
}

RecordSet ReadRecordSet(const std::string& path, uint64_t size) {
  RecordSet set(size);
  if (!set.SetWords(ReadAllNumbers<uint64_t>(path))) {
    throw Error(ErrorKind::kInput, "the file has another size; the index is damaged", path);
  }
  set.Seal();
  return set;
}

OldDocuments::OldDocuments(std::vector<IndexPart> parts)
    : parts_(std::move(parts)),
      removed_(parts_.empty() ? 0 : parts_.back().begin + parts_.back().size) {
  ForEachRemoval([&](uint32_t document, uint32_t) { removed_.Add(document); });
}

void OldDocuments::ForEachRemoval(const std::function<void(uint32_t, uint32_t)>& on_removal) const {
  std::vector<OldRemoval> block(kRemovalsAtOnce);
  for (size_t i = 0; i < parts_.size(); ++i) {
    const Fd file = Fd::OpenRead(parts_[i].folder + "removals");
    for (uint64_t at = 0;;) {
      const size_t got =
          file.ReadAt(reinterpret_cast<char*>(block.data()), block.size() * sizeof(OldRemoval), at);
      if (got == 0) break;
      at += got;
      for (size_t j = 0; j < got / sizeof(OldRemoval); ++j) {
        const auto& [document, kept, before] = block[j];
        if (got % sizeof(OldRemoval) != 0 || before > i || document >= parts_[i].size ||
            kept >= parts_[i - before].size) {
          throw Error(ErrorKind::kInput, "the index is damaged here", file.path());
        }
        on_removal(static_cast<uint32_t>(parts_[i].begin + document),
                   static_cast<uint32_t>(parts_[i - before].begin + kept));
      }
    }
  }
}

size_t OldDocuments::PartOf(uint32_t document) const {
  size_t i = parts_.size() - 1;
  while (i > 0 && parts_[i].begin > document) --i;
  return i;
}

}  // namespace owt::dedup
