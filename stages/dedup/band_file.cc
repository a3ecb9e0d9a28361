#include "stages/dedup/band_file.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>

#include "pipeline/error.h"

namespace owt::dedup {
namespace {

static_assert(std::endian::native == std::endian::little);

// The size of file `i` of bands + 1.
uint64_t SizeAt(size_t i, const BandFileHeader& header, const BandWriter::State& state) {
  const uint64_t body =
      i == header.bands ? state.records * sizeof(TextKey) : state.documents * BandRecord::kBytes;
  return BandFileHeader::kBytes + body;
}

template <typename Number>
void PutLowestFirst(Number number, std::string* to) {
  to->append(reinterpret_cast<const char*>(&number), sizeof(number));
}

}  // namespace

uint64_t KeptBytes(const std::string& path) {
  struct stat status;
  if (stat(OutputFile::PartialPath(path).c_str(), &status) != 0) return 0;
  return static_cast<uint64_t>(status.st_size);
}

std::string BandFileHeader::Bytes() const {
  std::string bytes(kMagic);
  for (const uint32_t number :
       {record_bytes, band, bands, rows, family, unit, shingle_size, words, slots, normalization}) {
    PutLowestFirst(number, &bytes);
  }
  PutLowestFirst(seed, &bytes);
  PutLowestFirst(reserved, &bytes);
  return bytes;
}

bool BandFileHeader::Parse(std::string_view bytes) {
  if (bytes.size() != kBytes || !bytes.starts_with(kMagic)) return false;
  bytes.remove_prefix(kMagic.size());
  const auto take = [&](auto* number) {
    std::memcpy(number, bytes.data(), sizeof(*number));
    bytes.remove_prefix(sizeof(*number));
  };
  for (uint32_t* number : {&record_bytes, &band, &bands, &rows, &family, &unit, &shingle_size,
                           &words, &slots, &normalization}) {
    take(number);
  }
  take(&seed);
  take(&reserved);
  const uint32_t expected_bytes = band == kExactBand ? sizeof(TextKey) : BandRecord::kBytes;
  return record_bytes == expected_bytes && normalization == kNormalization;
}

std::vector<std::string> BandFileNames(const std::string& prefix, int bands) {
  std::vector<std::string> names;
  for (int band = 0; band < bands; ++band)
    names.push_back(fmt::format("{}.band-{:02}", prefix, band));
  names.push_back(prefix + ".exact");
  return names;
}

std::string BandWriter::State::Text() const { return fmt::format("{},{}", records, documents); }

bool BandWriter::State::Parse(std::string_view text, State* state) {
  const char* const end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, state->records);
  if (first.ec != std::errc{} || first.ptr == end || *first.ptr != ',') return false;
  const auto second = std::from_chars(first.ptr + 1, end, state->documents);
  return second.ec == std::errc{} && second.ptr == end;
}

bool BandWriter::CanResume(const std::string& prefix, const BandFileHeader& header,
                           const State& state) {
  const std::vector<std::string> names = BandFileNames(prefix, static_cast<int>(header.bands));
  for (size_t i = 0; i < names.size(); ++i) {
    if (KeptBytes(names[i]) < SizeAt(i, header, state)) return false;
  }
  return true;
}

BandWriter::BandWriter(const std::string& prefix, const BandFileHeader& header)
    : BandWriter(prefix, header, State()) {}

BandWriter::BandWriter(const std::string& prefix, const BandFileHeader& header, const State& state)
    : state_(state) {
  const bool is_new = state.records == 0;
  const std::vector<std::string> names = BandFileNames(prefix, static_cast<int>(header.bands));
  for (size_t i = 0; i < names.size(); ++i) {
    files_.emplace_back(names[i], is_new ? 0 : SizeAt(i, header, state));
    if (!is_new) continue;
    BandFileHeader own = header;
    const bool is_exact = i == header.bands;
    own.band = is_exact ? BandFileHeader::kExactBand : static_cast<uint32_t>(i);
    own.record_bytes = is_exact ? sizeof(TextKey) : BandRecord::kBytes;
    files_.back().Write(own.Bytes());
  }
}

void BandWriter::AddExact(uint64_t record, const TextKey& key) {
  SkipTo(record);
  PutLowestFirst(key.low, &exact_);
  PutLowestFirst(key.high, &exact_);
  ++state_.records;
}

void BandWriter::SkipTo(uint64_t size) {
  exact_.resize(exact_.size() + (size - state_.records) * sizeof(TextKey));
  state_.records = size;
}

void BandWriter::AddBands(std::string_view records) {
  files_.back().Write(exact_);
  exact_.clear();
  const size_t bands = files_.size() - 1;
  if (records.empty()) return;
  const size_t bytes = records.size() / bands;
  for (size_t band = 0; band < bands; ++band) {
    files_[band].Write(records.substr(band * bytes, bytes));
  }
  state_.documents += bytes / BandRecord::kBytes;
}

BandWriter::State BandWriter::Checkpoint(std::vector<Fd>* unsynced) {
  AddBands({});
  for (OutputFile& file : files_) file.Keep(unsynced);
  return state_;
}

void BandWriter::Commit(std::vector<OutputRecord>* outputs) {
  AddBands({});
  for (size_t i = 0; i < files_.size(); ++i) {
    OutputFile& file = files_[i];
    file.Commit();
    const uint64_t records = i + 1 == files_.size() ? state_.records : state_.documents;
    outputs->push_back({file.path(), records, file.bytes(), file.xxh3()});
  }
}

BandFileReader::BandFileReader(const std::string& path, uint32_t band) : file_(Fd::OpenRead(path)) {
  char bytes[BandFileHeader::kBytes];
  const size_t got = file_.ReadAt(bytes, sizeof(bytes), 0);
  if (!header_.Parse({bytes, got}) || header_.band != band) {
    throw Error(ErrorKind::kInput,
                fmt::format("no file of band keys of this version, or of another band than {}",
                            static_cast<int32_t>(band)),
                path);
  }
  const uint64_t body = file_.Size() - BandFileHeader::kBytes;
  size_ = body / header_.record_bytes;
  if (body % header_.record_bytes != 0) {
    throw Error(ErrorKind::kInput, "the file ends within a record; write it again", path);
  }
}

void BandFileReader::ForEachBlock(const std::function<void(std::string_view)>& on_block) const {
  const uint64_t bytes = header_.record_bytes;
  std::vector<char> block(bytes * std::min<uint64_t>(size_, uint64_t{1} << 16));
  for (uint64_t done = 0; done < size_;) {
    const size_t wanted = std::min<uint64_t>(block.size(), (size_ - done) * bytes);
    const size_t got = file_.ReadAt(block.data(), wanted, BandFileHeader::kBytes + done * bytes);
    if (got != wanted) {
      throw Error(ErrorKind::kInput, "the file became shorter while it was read", file_.path());
    }
    on_block({block.data(), got});
    done += got / bytes;
  }
}

void BandFileReader::ThrowDisorder(uint32_t document, uint64_t max_document) const {
  throw Error(ErrorKind::kInput,
              fmt::format("document {} is out of order, or beyond the {} of the exact file",
                          document, max_document),
              file_.path());
}

}  // namespace owt::dedup
