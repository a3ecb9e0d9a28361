#include "stages/verify/chain.h"

#include <fmt/format.h>

#include <filesystem>
#include <vector>

#include "pipeline/fd.h"
#include "pipeline/hash.h"
#include "pipeline/output_file.h"

namespace owt::verify {
namespace {

namespace fs = std::filesystem;

std::string HashText(bool hashed, uint64_t xxh3) {
  return hashed ? fmt::format(" with xxh3 {}", HexText(xxh3)) : "";
}

}  // namespace

uint64_t Chain::HashOf(const std::string& path) {
  const std::string key = fs::path(path).lexically_normal().string();
  if (const auto found = hashes_.find(key); found != hashes_.end()) return found->second;
  Fd file = Fd::OpenRead(path);
  StreamHash hash;
  std::vector<char> block(size_t{1} << 20);
  while (const size_t count = file.Read(block.data(), block.size())) {
    hash.Update({block.data(), count});
  }
  return hashes_[key] = hash.digest();
}

void Chain::CheckInputs(const std::string& manifest_path, const Manifest& manifest,
                        Finding* finding) {
  uint64_t num_gone = 0;
  std::string first_gone;
  for (const InputRecord& input : manifest.inputs) {
    if (input.path == "-") continue;
    const std::string place = PlaceOf(input.path, manifest_path, manifest);
    if (!FileExists(place)) {
      if (num_gone++ == 0) first_gone = input.path;
    } else if (fs::is_regular_file(place)) {
      const uint64_t size = Fd::OpenRead(place).Size();
      const bool same_size = size == input.bytes;
      if (!same_size || (input.hashed && HashOf(place) != input.xxh3)) {
        finding->Problem(fmt::format(
            "{}: has {} bytes{}, owt {} read {}{}; it was changed since: run that stage again",
            place, size, HashText(same_size, same_size ? HashOf(place) : 0), manifest.stage,
            input.bytes, HashText(same_size, input.xxh3)));
        continue;
      }
    }
    CheckOrigin(input, place, manifest.stage, finding);
  }
  if (num_gone == 0) return;
  finding->notes.push_back(
      fmt::format("{} of {} inputs are no longer here and were not compared, the first: {}",
                  num_gone, manifest.inputs.size(), first_gone));
}

void Chain::CheckOrigin(const InputRecord& input, const std::string& place,
                        const std::string& stage, Finding* finding) {
  const Origin* origin = OriginOf(place);
  if (origin == nullptr) return;
  const OutputRecord& output = origin->output;
  if (output.bytes == input.bytes && (!input.hashed || output.xxh3 == input.xxh3)) return;
  finding->Problem(fmt::format(
      "{}: owt {} read {} bytes{}, but {} says that owt {} wrote {}{}; run owt {} again", place,
      stage, input.bytes, HashText(input.hashed, input.xxh3), origin->manifest_path, origin->stage,
      output.bytes, HashText(input.hashed, output.xxh3), stage));
}

// The manifest stands beside the file, or, for a folder of files, beside one of its folders.
const Chain::Origin* Chain::OriginOf(const std::string& place) {
  for (fs::path path = place; path.has_filename(); path = path.parent_path()) {
    const std::string manifest_path = ManifestPath(path.string());
    if (!FileExists(manifest_path)) continue;
    const auto& outputs = OutputsOf(manifest_path);
    if (const auto found = outputs.find(place); found != outputs.end()) return &found->second;
  }
  return nullptr;
}

const std::map<std::string, Chain::Origin>& Chain::OutputsOf(const std::string& manifest_path) {
  const auto [entry, is_new] = outputs_.try_emplace(manifest_path);
  if (!is_new) return entry->second;
  const Manifest manifest = ReadManifest(manifest_path);
  for (const OutputRecord& output : manifest.outputs) {
    entry->second.emplace(PlaceOf(output.path, manifest_path, manifest),
                          Origin{manifest_path, manifest.stage, output});
  }
  return entry->second;
}

}  // namespace owt::verify
