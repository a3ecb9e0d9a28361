#include "formats/gpt_index_cache.h"

#include <fmt/format.h>

#include <cstddef>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "pipeline/error.h"
#include "pipeline/fd.h"
#include "pipeline/hash.h"
#include "pipeline/output_file.h"

namespace owt::formats {
namespace {

struct Header {
  char magic[8] = {'O', 'W', 'T', 'G', 'P', 'T', 'I', 'X'};
  uint64_t version = 1;
  uint64_t key = 0;
  int64_t num_epochs = 0;
  int64_t tokens_per_epoch = 0;
  int64_t num_docs = 0;
  int64_t num_samples = 0;
  int64_t num_first_samples = 0;
  uint64_t separate_last_epoch = 0;
  uint64_t arrays_xxh3 = 0;
  uint64_t header_xxh3 = 0;
};

static_assert(sizeof(Header) == 88, "as documented");

template <class T>
std::string_view BytesOf(const T& value) {
  return {reinterpret_cast<const char*>(&value), sizeof(value)};
}

// Without the hash of the arrays: what a file for this key and shape must begin with.
Header HeaderFor(uint64_t key, const GptIndexShape& shape) {
  Header header;
  header.key = key;
  header.num_epochs = shape.num_epochs;
  header.tokens_per_epoch = shape.tokens_per_epoch;
  header.num_docs = shape.num_docs;
  header.num_samples = shape.num_samples;
  header.num_first_samples = shape.num_first_samples;
  header.separate_last_epoch = shape.separate_last_epoch ? 1 : 0;
  return header;
}

uint64_t HashBefore(const Header& header, size_t size) {
  return Hash64(BytesOf(header).substr(0, size));
}

// Maps the index in `file`; throws Error{kInput} with what is wrong with it.
GptIndex Load(MappedFile file, uint64_t key, const GptIndexShape& shape) {
  const auto fail = [&](const char* problem) {
    throw Error(ErrorKind::kInput, problem, file.path());
  };
  const std::string_view bytes = file.bytes();
  Header header;
  if (bytes.size() < sizeof(header)) fail("is cut short");
  std::memcpy(&header, bytes.data(), sizeof(header));
  const Header wanted = HeaderFor(key, shape);
  if (std::memcmp(header.magic, wanted.magic, sizeof(header.magic)) != 0 ||
      header.version != wanted.version) {
    fail("is not a cached index of this version");
  }
  if (header.header_xxh3 != HashBefore(header, offsetof(Header, header_xxh3))) {
    fail("has a damaged header");
  }
  if (HashBefore(header, offsetof(Header, arrays_xxh3)) !=
      HashBefore(wanted, offsetof(Header, arrays_xxh3))) {
    fail("is the index of other data or settings");
  }
  const std::string_view arrays = bytes.substr(sizeof(header));
  if (arrays.size() != GptIndexBytes(shape)) fail("does not have the size that its header says");
  if (Hash64(arrays) != header.arrays_xxh3) fail("is damaged: its checksum differs");
  GptIndex index;
  index.shape = shape;
  PlaceGptIndex(arrays.data(), &index);
  index.bytes = std::move(file);
  return index;
}

void Store(const std::string& path, uint64_t key, const GptIndex& index) {
  std::error_code error;
  std::filesystem::create_directories(FolderOf(path), error);
  if (error) throw Error(ErrorKind::kOutput, "cannot make the folder: " + error.message(), path);
  const std::string_view arrays = std::get<Buffer>(index.bytes).view();
  Header header = HeaderFor(key, index.shape);
  header.arrays_xxh3 = Hash64(arrays);
  header.header_xxh3 = HashBefore(header, offsetof(Header, header_xxh3));
  OutputFile file(path);
  file.Write(BytesOf(header));
  file.Write(arrays);
  file.Commit();
}

}  // namespace

uint64_t GptIndexKey(std::span<const int32_t> lengths, SequenceRange range,
                     const GptIndexOptions& options) {
  StreamHash hash;
  for (const int64_t number : {range.begin, range.size(), options.num_samples,
                               options.sequence_length, int64_t{options.seed}}) {
    hash.Update(BytesOf(number));
  }
  const auto part =
      lengths.subspan(static_cast<size_t>(range.begin), static_cast<size_t>(range.size()));
  hash.Update({reinterpret_cast<const char*>(part.data()), part.size_bytes()});
  return hash.digest();
}

std::string GptIndexCachePath(const std::string& prefix, const std::string& folder, uint64_t key) {
  const std::string beside = FolderOf(prefix) + ".owt-index-cache";
  return fmt::format("{}/{}-{}.gptindex", folder.empty() ? beside : folder, NameOf(prefix),
                     HexText(key));
}

GptIndex LoadOrBuildGptIndex(const std::string& path, std::span<const int32_t> lengths,
                             SequenceRange range, const GptIndexOptions& options,
                             const std::function<void(std::string_view)>& say) {
  const uint64_t key = GptIndexKey(lengths, range, options);
  const GptIndexShape shape = ShapeOfGptIndex(lengths, range, options);
  if (FileExists(path)) {
    try {
      return Load(MappedFile(path), key, shape);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::kInput) throw;
      say(fmt::format("the index is built anew: {}", error.what()));
    }
  }
  GptIndex index = BuildGptIndex(lengths, range, options);
  try {
    Store(path, key, index);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kOutput) throw;
    say(fmt::format("the index is not kept for the next run: {}", error.what()));
  }
  return index;
}

}  // namespace owt::formats
