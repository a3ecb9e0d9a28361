#include "pipeline/manifest.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <charconv>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "pipeline/config.h"
#include "pipeline/error.h"
#include "pipeline/fd.h"
#include "pipeline/hash.h"
#include "pipeline/json.h"
#include "pipeline/output_file.h"

namespace owt {
namespace {

using Json = nlohmann::ordered_json;  // written in our order

constexpr uint64_t kMaxManifestBytes = uint64_t{1} << 30;

double Seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

Json InputJson(const InputRecord& input) {
  Json json;
  json["path"] = input.path;
  json["bytes"] = input.bytes;
  json["mtime_ns"] = input.mtime_ns;
  json["xxh3"] = input.hashed ? Json(HexText(input.xxh3)) : Json(nullptr);
  return json;
}

Json OutputJson(const OutputRecord& output) {
  return {{"path", output.path},
          {"records", output.records},
          {"bytes", output.bytes},
          {"xxh3", HexText(output.xxh3)}};
}

uint64_t ParseHash(const nlohmann::json& json) {
  const std::string text = json;
  uint64_t hash = 0;
  std::from_chars(text.data(), text.data() + text.size(), hash, 16);
  return hash;
}

uint64_t HashFile(const std::string& path) {
  Fd fd = Fd::OpenRead(path);
  std::vector<char> block(1 << 20);
  StreamHash hash;
  while (const size_t count = fd.Read(block.data(), block.size())) {
    hash.Update({block.data(), count});
  }
  return hash.digest();
}

// The hash of a file that --`option` names. A pipe could be read once only, so it is refused.
std::string ListHash(const std::string& option, const std::string& path) {
  struct stat status;
  if (stat(path.c_str(), &status) != 0) ThrowErrno(ErrorKind::kInput, "cannot open", path);
  if (!S_ISREG(status.st_mode)) {
    throw Error(ErrorKind::kUsage, fmt::format("--{} takes regular files", option), path);
  }
  return HexText(HashFile(path));
}

bool SameInput(const InputRecord& recorded, const InputRecord& now) {
  if (recorded.path != now.path || recorded.bytes != now.bytes || now.path == "-") return false;
  if (recorded.mtime_ns == now.mtime_ns) return true;
  return recorded.hashed && recorded.xxh3 == HashFile(now.path);
}

Manifest ParseManifest(const nlohmann::json& json) {
  Manifest manifest;
  manifest.stage = json.at("stage");
  manifest.version = json.at("owt");
  manifest.fingerprint = json.at("fingerprint");
  if (json.contains("options")) json.at("options").get_to(manifest.options);
  manifest.output = json.value("output", "");
  manifest.tally = ParseTally(json.at("ledger"));
  for (const nlohmann::json& item : json.at("inputs")) {
    InputRecord input;
    input.path = item.at("path");
    input.bytes = item.at("bytes");
    input.mtime_ns = item.at("mtime_ns");
    input.hashed = !item.at("xxh3").is_null();
    if (input.hashed) input.xxh3 = ParseHash(item.at("xxh3"));
    manifest.inputs.push_back(std::move(input));
  }
  for (const nlohmann::json& item : json.at("outputs")) {
    manifest.outputs.push_back(
        {item.at("path"), item.at("records"), item.at("bytes"), ParseHash(item.at("xxh3"))});
  }
  return manifest;
}

}  // namespace

std::string ManifestPath(const std::string& output) {
  std::string name = output;
  while (name.size() > 1 && name.back() == '/') name.pop_back();
  return name + ".manifest.json";
}

Manifest ReadManifest(const std::string& path) {
  const std::string content = ReadSmallFile(path, kMaxManifestBytes);
  try {
    return ParseManifest(ParseJson(content));
  } catch (const nlohmann::json::exception& error) {
    throw Error(ErrorKind::kInput, std::string("not a manifest: ") + error.what(), path);
  }
}

std::vector<std::string> CorpusManifests(const std::string& folder) {
  std::vector<std::string> paths;
  if (!FileExists(folder + "owt.toml")) return paths;
  for (const ConfigSection& section : ReadConfig(folder + "owt.toml")) {
    for (const ConfigValue& value : section.values) {
      if (value.key != "output" || value.values.size() != 1) continue;
      const std::string path = ManifestPath(folder + value.values[0]);
      if (FileExists(path)) paths.push_back(path);
    }
  }
  return paths;
}

std::string PlaceOf(const std::string& recorded, const std::string& manifest_path,
                    const Manifest& manifest) {
  const std::filesystem::path file = std::filesystem::path(recorded).lexically_normal();
  const std::filesystem::path folder =
      std::filesystem::path(ManifestPath(manifest.output)).lexically_normal().parent_path();
  const std::filesystem::path relative = file.lexically_relative(folder);
  if (manifest.output.empty() || relative.empty()) return file.string();
  const std::filesystem::path place =
      (std::filesystem::path(manifest_path).parent_path() / relative).lexically_normal();
  const bool moved_alone = file.is_absolute() && !FileExists(place.string());
  return moved_alone ? file.string() : place.string();
}

Timings ProcessTimings(double wall_seconds) {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return {wall_seconds, Seconds(usage.ru_utime), Seconds(usage.ru_stime),
          static_cast<uint64_t>(usage.ru_maxrss) * 1024};
}

std::string ManifestJson(const RunContext& context, const Timings& timings) {
  Json json;
  json["owt"] = OWT_VERSION;
  json["stage"] = context.stage->name;
  json["fingerprint"] = context.fingerprint;
  for (const OptionSpec& spec : context.options->specs()) json["options"][spec.name] = spec.get();
  json["output"] = context.output;
  json["inputs"] = Json::array();
  for (const InputRecord& input : context.inputs) json["inputs"].push_back(InputJson(input));
  json["outputs"] = Json::array();
  for (const OutputRecord& output : context.outputs) json["outputs"].push_back(OutputJson(output));
  json["ledger"] = TallyJson(context.tally);
  json["timings"] = {{"wall_seconds", timings.wall_seconds},
                     {"user_seconds", timings.user_seconds},
                     {"system_seconds", timings.system_seconds},
                     {"peak_rss_bytes", timings.peak_rss_bytes}};
  return JsonText(json, 1) + "\n";
}

bool IsUpToDate(const RunContext& context) {
  const std::string path = ManifestPath(context.output);
  if (context.output == "-" || !FileExists(path)) return false;
  Manifest manifest;
  try {
    manifest = ReadManifest(path);
  } catch (const Error&) {
    return false;  // damaged: the run writes a new one
  }
  if (manifest.fingerprint != context.fingerprint) return false;
  if (manifest.inputs.size() != context.inputs.size()) return false;
  for (size_t i = 0; i < manifest.inputs.size(); ++i) {
    if (!SameInput(manifest.inputs[i], context.inputs[i])) return false;
  }
  for (const OutputRecord& output : manifest.outputs) {
    struct stat status;
    if (stat(output.path.c_str(), &status) != 0) return false;
    if (static_cast<uint64_t>(status.st_size) != output.bytes) return false;
  }
  return true;
}

std::string Fingerprint(const RunContext& context) {
  std::string text = fmt::format("{}\n{}\n{}\n", OWT_VERSION, context.stage->name, context.output);
  for (const OptionSpec& spec : context.options->specs()) {
    if (!spec.run_only) text += fmt::format("{}={}\n", spec.name, spec.get());
    if (!spec.files) continue;
    for (const std::string& path : spec.files()) text += ListHash(spec.name, path) + "\n";
  }
  for (const InputRecord& input : context.inputs) {
    text += fmt::format("{}\t{}\n", input.path, input.bytes);
  }
  return HexText(Hash64(text));
}

std::string ResumeFingerprint(const RunContext& context) {
  std::string text = context.fingerprint;
  for (const InputRecord& input : context.inputs) text += fmt::format("\t{}", input.mtime_ns);
  return HexText(Hash64(text));
}

}  // namespace owt
