#include "stages/convert/token_input.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>

#include "formats/token_file.h"
#include "pipeline/error.h"
#include "pipeline/output_file.h"
#include "pipeline/paths.h"

namespace owt::convert {
namespace {

using formats::TokenFormat;

// A file of tokens and the index beside it; the second is empty where there is none.
struct Pair {
  std::string tokens;
  std::string index;
};

Pair PairOf(const std::string& path) {
  if (path.ends_with(".ds.index")) return {path.substr(0, path.size() - 6), path};
  if (path.ends_with(".ds")) return {path, path + ".index"};
  const auto megatron = formats::IndexedDatasetPaths::Of(path);
  if (path.ends_with(".idx")) return {megatron.bin, megatron.idx};
  if (path.ends_with(".bin") && FileExists(megatron.idx)) return {megatron.bin, megatron.idx};
  return {path, {}};
}

}  // namespace

std::vector<std::string> CompleteInputs(const std::vector<std::string>& typed) {
  std::vector<std::string> given;
  for (const std::string& path : typed) {
    const auto megatron = formats::IndexedDatasetPaths::Of(path);
    const bool is_prefix = !FileExists(path) && FileExists(megatron.idx);
    given.push_back(is_prefix ? megatron.idx : path);
  }

  struct Mentions {
    int tokens = 0;
    int index = 0;
    int taken = 0;
  };

  std::map<std::string, Mentions> seen;
  std::vector<std::string> files;
  for (const InputRecord& input : ExpandInputs(given)) {
    if (input.path.ends_with(".ds.metadata")) continue;
    const Pair pair = PairOf(input.path);
    Mentions& mentions = seen[pair.tokens];
    ++(input.path == pair.index ? mentions.index : mentions.tokens);
    if (std::max(mentions.tokens, mentions.index) == mentions.taken) continue;
    ++mentions.taken;
    files.push_back(pair.tokens);
    if (!pair.index.empty()) files.push_back(pair.index);
  }
  return files;
}

std::vector<TokenInput> FindInputs(const std::vector<InputRecord>& files,
                                   std::optional<TokenFormat> from) {
  std::vector<TokenInput> inputs;
  for (uint32_t i = 0; i < files.size(); ++i) {
    const std::string& path = files[i].path;
    const auto probed = path == "-" ? std::nullopt : formats::ProbeTokenFormat(path);
    const auto format = from ? from : probed;
    if (!format) {
      throw Error(ErrorKind::kInput,
                  "does not say what it holds; give --from nanogpt if it is raw uint16 tokens with "
                  "<|endoftext|> behind every document",
                  path);
    }
    const formats::TokenFile file(*format, path);
    TokenInput input{*format, file.type(), path, i, i};
    if (file.has_index()) {
      if (i + 1 == files.size() || files[i + 1].path != file.index_path()) {
        throw Error(ErrorKind::kInput, "is not followed by its index", path);
      }
      input.index_file = ++i;
    }
    inputs.push_back(std::move(input));
  }
  return inputs;
}

}  // namespace owt::convert
