#include "formats/compression.h"

#include <algorithm>

// Magic numbers: RFC 1952 2.3.1 (gzip), RFC 8878 3.1.1 and 3.1.2 (zstd, skippable frames),
// xz-file-format 2.1.1.1 (xz). A bzip2 file starts with "BZh", a digit for the block size, and then
// the 48 bits of either a block (pi) or, in an empty file, the end of the stream (square root of
// pi).

namespace owt::formats {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::string_view kBzip2Block = "\x31\x41\x59\x26\x53\x59"sv;
constexpr std::string_view kBzip2End = "\x17\x72\x45\x38\x50\x90"sv;

// Whether `head` starts with `magic`, or is cut inside it after at least `enough` bytes.
bool StartsWith(std::string_view head, std::string_view magic, size_t enough) {
  const size_t size = std::min(head.size(), magic.size());
  return size >= enough && head.substr(0, size) == magic.substr(0, size);
}

bool IsBzip2(std::string_view head) {
  if (!head.starts_with("BZh") || head.size() < 4 || head[3] < '1' || head[3] > '9') return false;
  return StartsWith(head.substr(4), kBzip2Block, 0) || StartsWith(head.substr(4), kBzip2End, 0);
}

bool IsZstd(std::string_view head) {
  if (StartsWith(head, "\x28\xB5\x2F\xFD"sv, 2)) return true;
  return head.size() >= 4 && (static_cast<unsigned char>(head[0]) & 0xF0) == 0x50 &&
         head.substr(1, 3) == "\x2A\x4D\x18"sv;
}

}  // namespace

std::string_view CompressionName(Compression compression) {
  switch (compression) {
    case Compression::kNone:
      return "plain";
    case Compression::kGzip:
      return "gzip";
    case Compression::kBzip2:
      return "bzip2";
    case Compression::kXz:
      return "xz";
    case Compression::kZstd:
      return "zstd";
  }
  return "unknown";
}

Compression CompressionForName(std::string_view path) {
  if (path.ends_with(".gz")) return Compression::kGzip;
  if (path.ends_with(".bz2")) return Compression::kBzip2;
  if (path.ends_with(".xz")) return Compression::kXz;
  if (path.ends_with(".zst")) return Compression::kZstd;
  return Compression::kNone;
}

Compression DetectCompression(std::string_view head) {
  if (StartsWith(head, "\x1F\x8B"sv, 2)) return Compression::kGzip;
  if (IsBzip2(head)) return Compression::kBzip2;
  if (StartsWith(head, "\xFD\x37zXZ\0"sv, 2)) return Compression::kXz;
  if (IsZstd(head)) return Compression::kZstd;
  return Compression::kNone;
}

}  // namespace owt::formats
