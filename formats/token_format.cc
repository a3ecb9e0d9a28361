#include "formats/token_format.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "pipeline/error.h"
#include "pipeline/fd.h"
#include "pipeline/output_file.h"

namespace owt::formats {
namespace {

constexpr std::array<std::string_view, 4> kNames = {"megatron", "nanogpt", "llmc", "ds"};

int32_t LoadInt(std::string_view bytes, size_t index) {
  int32_t value;
  std::memcpy(&value, bytes.data() + index * sizeof(value), sizeof(value));
  return value;
}

bool HasLlmcMagic(const std::string& path) {
  char head[sizeof(int32_t)];
  if (Fd::OpenRead(path).ReadAt(head, sizeof(head), 0) < sizeof(head)) return false;
  const int32_t magic = LoadInt({head, sizeof(head)}, 0);
  return magic == LlmcHeader::kMagic16 || magic == LlmcHeader::kMagic32;
}

}  // namespace

std::string_view TokenFormatName(TokenFormat format) { return kNames[static_cast<size_t>(format)]; }

std::optional<TokenFormat> ParseTokenFormat(std::string_view name) {
  const auto found = std::find(kNames.begin(), kNames.end(), name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<TokenFormat>(found - kNames.begin());
}

std::optional<TokenFormat> ProbeTokenFormat(const std::string& path) {
  if (path.ends_with(".ds") || path.ends_with(".ds.index")) return TokenFormat::kDs;
  if (path.ends_with(".idx")) return TokenFormat::kMegatron;
  if (!path.ends_with(".bin")) return std::nullopt;
  if (FileExists(IndexedDatasetPaths::Of(path).idx)) return TokenFormat::kMegatron;
  if (HasLlmcMagic(path)) return TokenFormat::kLlmc;
  return std::nullopt;
}

std::string LlmcHeader::Bytes() const {
  std::array<int32_t, kBytes / sizeof(int32_t)> fields = {};
  fields[0] = type == TokenType::kUint16 ? kMagic16 : kMagic32;
  fields[1] = type == TokenType::kUint16 ? kVersion16 : kVersion32;
  fields[2] = static_cast<int32_t>(num_tokens);
  return std::string(reinterpret_cast<const char*>(fields.data()), kBytes);
}

LlmcHeader LlmcHeader::Parse(std::string_view head, const std::string& file) {
  if (head.size() < kBytes) {
    throw Error(ErrorKind::kInput, "ends inside the header of 1024 bytes", file, head.size());
  }
  LlmcHeader header;
  const int32_t magic = LoadInt(head, 0);
  if (magic != kMagic16 && magic != kMagic32) {
    throw Error(ErrorKind::kInput, "does not start with the magic number of llm.c", file, 0);
  }
  header.type = magic == kMagic16 ? TokenType::kUint16 : TokenType::kInt32;
  const int32_t version = LoadInt(head, 1);
  if (version != (magic == kMagic16 ? kVersion16 : kVersion32)) {
    throw Error(ErrorKind::kInput, fmt::format("version {} is unknown", version), file, 4);
  }
  const int32_t num_tokens = LoadInt(head, 2);
  if (num_tokens < 0) {
    throw Error(ErrorKind::kInput, fmt::format("says that it holds {} tokens", num_tokens), file,
                8);
  }
  header.num_tokens = static_cast<uint64_t>(num_tokens);
  return header;
}

std::string LlmcShardPath(std::string_view prefix, uint64_t shard) {
  return fmt::format("{}_{}_{:06}.bin", prefix, shard == 0 ? "val" : "train", shard);
}

}  // namespace owt::formats
