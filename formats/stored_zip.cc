// The directory at the end is what counts; a local header only says where its data begins.
#include "formats/stored_zip.h"

#include <fmt/format.h>

#include <cstring>

#include "pipeline/error.h"

namespace owt::formats {
namespace {

constexpr uint32_t kLocalSignature = 0x04034b50, kEntrySignature = 0x02014b50;
constexpr uint32_t kEndSignature = 0x06054b50, kEnd64Signature = 0x06064b50;
constexpr uint32_t kLocator64Signature = 0x07064b50;
constexpr uint64_t kLocalBytes = 30, kEntryBytes = 46, kEndBytes = 22, kLocator64Bytes = 20;
constexpr uint64_t kEnd64Bytes = 56, kMaxComment = 0xffff;
constexpr uint32_t kIn64 = 0xffffffff;  // the number is in the ZIP64 field

// The directory's place and length.
struct ZipDirectory {
  uint64_t entries = 0, bytes = 0, offset = 0;
};

class ZipReader {
 public:
  ZipReader(std::string_view bytes, const std::string& file) : bytes_(bytes), file_(file) {}

  std::vector<StoredZipEntry> Read() const {
    const ZipDirectory directory = FindDirectory();
    if (directory.entries > kMaxZipEntries) {
      Fail(fmt::format("it says that it has {} entries", directory.entries));
    }
    std::vector<StoredZipEntry> entries;
    uint64_t at = directory.offset;
    for (uint64_t i = 0; i < directory.entries; ++i) entries.push_back(ReadEntry(&at));
    return entries;
  }

 private:
  [[noreturn]] void Fail(std::string_view what) const {
    throw Error(ErrorKind::kInput, fmt::format("no whole ZIP archive: {}", what), file_);
  }

  std::string_view Part(uint64_t offset, uint64_t size) const {
    if (offset > bytes_.size() || size > bytes_.size() - offset) {
      Fail(fmt::format("it ends before byte {}", offset));
    }
    return bytes_.substr(offset, size);
  }

  template <class T>
  T Number(uint64_t offset) const {
    T value;
    std::memcpy(&value, Part(offset, sizeof value).data(), sizeof value);
    return value;
  }

  uint64_t FindEnd() const {
    for (uint64_t comment = 0; comment <= kMaxComment; ++comment) {
      if (bytes_.size() < kEndBytes + comment) break;
      const uint64_t at = bytes_.size() - kEndBytes - comment;
      if (Number<uint32_t>(at) == kEndSignature && Number<uint16_t>(at + 20) == comment) return at;
    }
    Fail("its directory is missing; the file is cut short, or not yet written to the end");
  }

  ZipDirectory FindDirectory() const {
    const uint64_t end = FindEnd();
    if (end < kLocator64Bytes || Number<uint32_t>(end - kLocator64Bytes) != kLocator64Signature) {
      return {Number<uint16_t>(end + 10), Number<uint32_t>(end + 12), Number<uint32_t>(end + 16)};
    }
    const auto end64 = Number<uint64_t>(end - kLocator64Bytes + 8);
    Part(end64, kEnd64Bytes);
    if (Number<uint32_t>(end64) != kEnd64Signature)
      Fail("its ZIP64 directory is not where it says");
    return {Number<uint64_t>(end64 + 32), Number<uint64_t>(end64 + 40),
            Number<uint64_t>(end64 + 48)};
  }

  // Puts the numbers in place that are too large for 32 bits.
  void ReadFields64(std::string_view extra, uint64_t* size, uint64_t* stored,
                    uint64_t* offset) const {
    while (extra.size() >= 4) {
      uint16_t id, length;
      std::memcpy(&id, extra.data(), sizeof id);
      std::memcpy(&length, extra.data() + 2, sizeof length);
      extra.remove_prefix(4);
      if (length > extra.size()) Fail("an extra field is longer than it can be");
      std::string_view field = extra.substr(0, length);
      extra.remove_prefix(length);
      if (id != 1) continue;
      for (uint64_t* number : {size, stored, offset}) {
        if (*number != kIn64) continue;
        if (field.size() < sizeof *number) Fail("a ZIP64 field is too short");
        std::memcpy(number, field.data(), sizeof *number);
        field.remove_prefix(sizeof *number);
      }
      return;
    }
  }

  StoredZipEntry ReadEntry(uint64_t* at) const {
    const uint64_t entry = *at;
    Part(entry, kEntryBytes);
    if (Number<uint32_t>(entry) != kEntrySignature) Fail("its directory is damaged");
    const auto name_bytes = Number<uint16_t>(entry + 28);
    const auto extra_bytes = Number<uint16_t>(entry + 30);
    const auto comment_bytes = Number<uint16_t>(entry + 32);
    StoredZipEntry read;
    read.name = Part(entry + kEntryBytes, name_bytes);
    read.crc32 = Number<uint32_t>(entry + 16);
    uint64_t stored = Number<uint32_t>(entry + 20), size = Number<uint32_t>(entry + 24);
    uint64_t local = Number<uint32_t>(entry + 42);
    ReadFields64(Part(entry + kEntryBytes + name_bytes, extra_bytes), &size, &stored, &local);
    *at = entry + kEntryBytes + name_bytes + extra_bytes + comment_bytes;
    if (Number<uint16_t>(entry + 8) & 1) Fail("it is encrypted");
    if (Number<uint16_t>(entry + 10) != 0 || size != stored) {
      Fail(
          "its entries are compressed, which PyTorch's never are; if it is a download that a "
          "checkpoint is packed in, unzip it first");
    }
    Part(local, kLocalBytes);
    if (Number<uint32_t>(local) != kLocalSignature) Fail("an entry is not where it should be");
    const uint64_t names = uint64_t{Number<uint16_t>(local + 26)} + Number<uint16_t>(local + 28);
    read.bytes = Part(local + kLocalBytes + names, size);
    return read;
  }

  std::string_view bytes_;
  const std::string& file_;
};

}  // namespace

bool LooksLikeZip(std::string_view bytes) {
  return bytes.starts_with(std::string_view("PK\3\4", 4));
}

std::vector<StoredZipEntry> ReadStoredZip(std::string_view bytes, const std::string& file) {
  return ZipReader(bytes, file).Read();
}

}  // namespace owt::formats
