#include "stages/encode/option_values.h"

#include <fmt/format.h>

#include <algorithm>

#include "formats/tokenizer_files.h"
#include "pipeline/error.h"

namespace owt::encode {

std::vector<std::string> ParseKeys(const std::vector<std::string>& lists) {
  std::vector<std::string> keys;
  for (std::string_view list : lists) {
    while (true) {
      const size_t comma = list.find(',');
      const std::string key(list.substr(0, comma));
      if (key.empty() || key.find('/') != key.npos) {
        throw Error(ErrorKind::kUsage,
                    fmt::format("--json-keys: '{}' cannot be part of a file name", key));
      }
      if (std::find(keys.begin(), keys.end(), key) != keys.end()) {
        throw Error(ErrorKind::kUsage, fmt::format("--json-keys: '{}' is there twice", key));
      }
      keys.push_back(key);
      if (comma == list.npos) break;
      list.remove_prefix(comma + 1);
    }
  }
  return keys;
}

std::vector<formats::TokenFormat> ParseAlso(const std::vector<std::string>& lists) {
  std::vector<formats::TokenFormat> also;
  for (std::string_view list : lists) {
    while (!list.empty()) {
      const size_t comma = std::min(list.find(','), list.size());
      const auto format = formats::ParseTokenFormat(list.substr(0, comma));
      if (!format || *format == formats::TokenFormat::kMegatron) {
        throw Error(ErrorKind::kUsage, fmt::format("--also takes nanogpt, llmc and ds, not '{}'",
                                                   list.substr(0, comma)));
      }
      if (std::find(also.begin(), also.end(), *format) == also.end()) also.push_back(*format);
      list.remove_prefix(std::min(comma + 1, list.size()));
    }
  }
  return also;
}

SpecialText ParseSpecialText(std::string_view name) {
  if (name == "special") return SpecialText::kSpecial;
  return name == "error" ? SpecialText::kError : SpecialText::kOrdinary;
}

BadUtf8 ParseBadUtf8(std::string_view name) {
  if (name == "replace") return BadUtf8::kReplace;
  return name == "bytes" ? BadUtf8::kBytes : BadUtf8::kError;
}

formats::Gpt2Vocab ReadVocab(const TokenizerPaths& paths) {
  const bool is_pair = !paths.vocab_file.empty() || !paths.merges_file.empty();
  if (!is_pair) return formats::ReadTokenizer(paths.tokenizer);
  if (!paths.tokenizer.empty()) {
    throw Error(ErrorKind::kUsage, "--tokenizer and --vocab-file do not go together");
  }
  if (paths.vocab_file.empty() || paths.merges_file.empty()) {
    throw Error(ErrorKind::kUsage,
                "--vocab-file and --merge-file go together; merges alone are a --tokenizer");
  }
  return formats::ReadTokenizerPair(paths.vocab_file, paths.merges_file);
}

}  // namespace owt::encode
