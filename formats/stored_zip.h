#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace owt::formats {

// An entry of a ZIP archive, as PyTorch writes them: stored, never compressed.
struct StoredZipEntry {
  std::string_view name;
  std::string_view bytes;
  uint32_t crc32 = 0;  // as the archive says it; not checked
};

inline constexpr uint64_t kMaxZipEntries = 100'000;

// Whether the bytes begin as a ZIP archive does.
bool LooksLikeZip(std::string_view bytes);

// The entries of the archive that `bytes` is (APPNOTE.TXT 6.3, with ZIP64), in the directory's
// order; they point into `bytes`. Every offset is checked. Throws Error{kInput} naming `file` for
// an archive that is malformed, cut short, compressed, encrypted or in several parts.
std::vector<StoredZipEntry> ReadStoredZip(std::string_view bytes, const std::string& file);

}  // namespace owt::formats
