#include "formats/provenance_writer.h"

#include <fmt/format.h>
#include <unistd.h>

#include <charconv>
#include <cstring>

#include "formats/provenance.h"
#include "pipeline/error.h"
#include "pipeline/output_file.h"

namespace owt::formats {
namespace {

constexpr size_t kPairBytes = 16;
constexpr size_t kBlockBytes = size_t{1} << 20;

void Append(uint64_t value, std::string* bytes) {
  char raw[sizeof(value)];
  std::memcpy(raw, &value, sizeof(value));
  bytes->append(raw, sizeof(value));
}

std::string Pair(uint64_t first, uint64_t second) {
  std::string bytes;
  Append(first, &bytes);
  Append(second, &bytes);
  return bytes;
}

uint64_t PartialSize(const std::string& path) {
  const std::string partial = OutputFile::PartialPath(path);
  return FileExists(partial) ? Fd::OpenRead(partial).Size() : 0;
}

// Calls each(block) for the first `size` bytes of a spool; all blocks but the last are kBlockBytes.
template <class Each>
void ForEachBlock(const std::string& path, uint64_t size, Each each) {
  Fd spool = Fd::OpenRead(OutputFile::PartialPath(path));
  std::string block(kBlockBytes, '\0');
  for (uint64_t done = 0; done < size;) {
    const auto wanted = static_cast<size_t>(std::min<uint64_t>(block.size(), size - done));
    for (size_t got = 0; got < wanted;) {
      const size_t count = spool.Read(block.data() + got, wanted - got);
      if (count == 0) {
        throw Error(ErrorKind::kOutput, "this spool was cut short during the run", spool.path());
      }
      got += count;
    }
    each(std::string_view(block).substr(0, wanted));
    done += wanted;
  }
}

}  // namespace

std::string ProvenanceState::Text() const {
  return fmt::format("{} {} {} {}", num_documents, num_files, url_bytes, last_file);
}

std::optional<ProvenanceState> ProvenanceState::Parse(std::string_view text) {
  ProvenanceState state;
  const char* next = text.data();
  const char* const end = text.data() + text.size();
  for (uint64_t* field :
       {&state.num_documents, &state.num_files, &state.url_bytes, &state.last_file}) {
    if (field != &state.num_documents && (next == end || *next++ != ' ')) return std::nullopt;
    const auto [stop, error] = std::from_chars(next, end, *field);
    if (error != std::errc()) return std::nullopt;
    next = stop;
  }
  if (next != end || state.num_files > state.num_documents) return std::nullopt;
  return state;
}

ProvenanceWriter::ProvenanceWriter(const std::string& path, const ProvenanceState& state)
    : path_(path),
      state_(state),
      entries_(path, state.num_documents * kPairBytes),
      urls_(UrlSpool(path), state.url_bytes),
      files_(FileSpool(path), state.num_files * kPairBytes) {}

bool ProvenanceWriter::CanResume(const std::string& path, const ProvenanceState& state) {
  return PartialSize(path) / kPairBytes >= state.num_documents &&
         PartialSize(UrlSpool(path)) >= state.url_bytes &&
         PartialSize(FileSpool(path)) / kPairBytes >= state.num_files;
}

void ProvenanceWriter::Add(uint64_t file, uint64_t offset, std::string_view url) {
  if (state_.num_files == 0 || file != state_.last_file) {
    files_.Write(Pair(state_.num_documents, file));
    state_.last_file = file;
    ++state_.num_files;
  }
  urls_.Write(url);
  state_.url_bytes += url.size();
  char pair[kPairBytes];
  std::memcpy(pair, &offset, sizeof(offset));
  std::memcpy(pair + sizeof(offset), &state_.url_bytes, sizeof(state_.url_bytes));
  entries_.Write({pair, sizeof(pair)});
  ++state_.num_documents;
}

ProvenanceState ProvenanceWriter::Checkpoint(std::vector<Fd>* unsynced) {
  for (BufferedOutput* output : {&entries_, &urls_, &files_}) output->Keep(unsynced);
  return state_;
}

void ProvenanceWriter::Commit(const std::function<std::string(uint64_t)>& path_of) {
  urls_.Flush();
  files_.Flush();
  AppendFiles(path_of);
  AppendUrlsAndTail();
  entries_.Commit();
  for (const std::string& spool : {UrlSpool(path_), FileSpool(path_)}) {
    unlink(OutputFile::PartialPath(spool).c_str());
  }
}

// The files' pairs, then their paths; the spool is read once for each.
void ProvenanceWriter::AppendFiles(const std::function<std::string(uint64_t)>& path_of) {
  const auto for_each_file = [&](auto each) {
    ForEachBlock(FileSpool(path_), state_.num_files * kPairBytes, [&](std::string_view block) {
      for (size_t i = 0; i < block.size(); i += kPairBytes) {
        uint64_t first_document, number;
        std::memcpy(&first_document, block.data() + i, sizeof(first_document));
        std::memcpy(&number, block.data() + i + sizeof(first_document), sizeof(number));
        each(first_document, path_of(number));
      }
    });
  };
  uint64_t path_bytes = 0;
  for_each_file([&](uint64_t first_document, const std::string& path) {
    path_bytes += path.size();
    entries_.Write(Pair(first_document, path_bytes));
  });
  for_each_file([&](uint64_t, const std::string& path) { entries_.Write(path); });
  path_bytes_ = path_bytes;
}

void ProvenanceWriter::AppendUrlsAndTail() {
  ForEachBlock(UrlSpool(path_), state_.url_bytes,
               [&](std::string_view block) { entries_.Write(block); });
  std::string tail;
  for (const uint64_t number : {state_.num_documents, state_.num_files, path_bytes_,
                                state_.url_bytes, kProvenanceVersion}) {
    Append(number, &tail);
  }
  entries_.Write(tail);
  entries_.Write(kProvenanceMagic);
}

}  // namespace owt::formats
