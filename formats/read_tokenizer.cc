// All three forms become the text of a merges.txt, which Gpt2Vocab reads and checks. A .tiktoken
// file has ranks only: the two parts of a token are what its bytes become by the tokens of lower
// ranks.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <nlohmann/json.hpp>
#include <unordered_map>
#include <vector>

#include "formats/tokenizer_files.h"
#include "pipeline/base64.h"
#include "pipeline/error.h"
#include "pipeline/json.h"
#include "pipeline/output_file.h"

namespace owt::formats {
namespace {

using Json = nlohmann::json;

constexpr uint64_t kMaxFileBytes = uint64_t{256} << 20;
constexpr size_t kMaxTokenBytes = 1024;
constexpr uint32_t kNoRank = std::numeric_limits<uint32_t>::max();

[[noreturn]] void Refuse(const std::string& path, std::string_view why) {
  throw Error(ErrorKind::kInput, fmt::format("not a tokenizer for owt: {}", why), path);
}

// --- tokenizer.json
// -------------------------------------------------------------------------------

std::string MergesOf(const Json& model, const std::string& path) {
  std::string text = "#version: 0.2\n";
  for (const Json& merge : model.at("merges")) {
    if (merge.is_string()) {
      text += merge.get<std::string>() + "\n";
    } else {
      text += merge.at(0).get<std::string>() + " " + merge.at(1).get<std::string>() + "\n";
    }
    if (text.size() > kMaxFileBytes) Refuse(path, "its merges are too long");
  }
  return text;
}

// `ids` maps tokens to ids as the merges do, <|endoftext|> aside.
void CheckIds(const Gpt2Vocab& vocab, const Json& ids, const std::string& path) {
  for (uint32_t id = 0; id < vocab.end_of_text(); ++id) {
    const std::string token = PrintableToken(vocab.token_bytes(id));
    if (!ids.contains(token) || ids.at(token) != id) {
      Refuse(path, fmt::format("'{}' has not the id {}: ids must be bytes, merges, <|endoftext|>",
                               token, id));
    }
  }
}

void CheckAddedTokens(const Gpt2Vocab& vocab, const Json& file, const std::string& path) {
  for (const Json& token : file.at("added_tokens")) {
    if (token.at("content") != Gpt2Vocab::kEndOfText) continue;
    if (token.at("id") == vocab.end_of_text()) return;
    Refuse(path, fmt::format("<|endoftext|> has not the id {}", vocab.end_of_text()));
  }
  Refuse(path, "it has no <|endoftext|>");
}

Gpt2Vocab FromJson(const std::string& content, const std::string& path) {
  try {
    const Json file = ParseJson(content);
    const Json& model = file.at("model");
    const Json& splitter = file.at("pre_tokenizer");
    if (model.at("type") != "BPE") Refuse(path, "its model is not BPE");
    if (!file.at("normalizer").is_null()) Refuse(path, "it normalizes texts");
    if (splitter.is_null() || splitter.at("type") != "ByteLevel" ||
        splitter.at("add_prefix_space") != false || !splitter.value("use_regex", true)) {
      Refuse(path, "its pre_tokenizer is not ByteLevel with GPT-2's pattern and no prefix space");
    }
    Gpt2Vocab vocab(MergesOf(model, path), path);
    CheckIds(vocab, model.at("vocab"), path);
    CheckAddedTokens(vocab, file, path);
    return vocab;
  } catch (const nlohmann::json::exception& error) {
    Refuse(path, fmt::format("no valid tokenizer.json ({})", error.what()));
  }
}

// --- .tiktoken
// ------------------------------------------------------------------------------------

using Ranks = std::unordered_map<std::string, uint32_t>;

// The two parts that the tokens before `rank` make of its token.
std::array<std::string, 2> PartsOf(const std::string& token, uint32_t rank, const Ranks& ranks,
                                   const std::string& path) {
  std::vector<std::string> parts;
  for (const char byte : token) parts.emplace_back(1, byte);
  while (parts.size() > 2) {
    uint32_t best = kNoRank;
    size_t best_at = 0;
    for (size_t i = 0; i + 1 < parts.size(); ++i) {
      const auto found = ranks.find(parts[i] + parts[i + 1]);
      if (found == ranks.end() || found->second >= std::min(best, rank)) continue;
      best = found->second;
      best_at = i;
    }
    if (best == kNoRank) break;
    parts[best_at] += parts[best_at + 1];
    parts.erase(parts.begin() + static_cast<ptrdiff_t>(best_at) + 1);
  }
  if (parts.size() != 2) {
    Refuse(path, fmt::format("the token of rank {} is not made of two earlier tokens", rank));
  }
  return {parts[0], parts[1]};
}

std::vector<std::string> TokensByRank(std::string_view content, const std::string& path) {
  std::vector<std::string> tokens;
  while (!content.empty()) {
    const size_t end = content.find('\n');
    const std::string_view line = content.substr(0, end);
    content.remove_prefix(end == content.npos ? content.size() : end + 1);
    if (line.empty()) continue;
    const size_t space = line.find(' ');
    uint32_t rank = kNoRank;
    if (space != line.npos) {
      const char* const last = line.data() + line.size();
      const auto [stop, error] = std::from_chars(line.data() + space + 1, last, rank);
      if (error != std::errc() || stop != last) rank = kNoRank;
    }
    std::string token;
    if (rank != tokens.size() || !DecodeBase64(line.substr(0, space), &token) || token.empty() ||
        token.size() > kMaxTokenBytes) {
      Refuse(path, fmt::format("line {} is not 'BASE64 {}'", tokens.size() + 1, tokens.size()));
    }
    tokens.push_back(std::move(token));
  }
  return tokens;
}

Gpt2Vocab FromTiktoken(const std::string& content, const std::string& path) {
  const std::vector<std::string> tokens = TokensByRank(content, path);
  const Gpt2Vocab bytes("");
  Ranks ranks;
  std::string merges = "#version: 0.2\n";
  for (uint32_t rank = 0; rank < tokens.size(); ++rank) {
    if (rank < Gpt2Vocab::kNumBytes) {
      if (tokens[rank] != bytes.token_bytes(rank)) {
        Refuse(path, "its first 256 tokens are not the bytes in GPT-2's order");
      }
    } else {
      const auto [left, right] = PartsOf(tokens[rank], rank, ranks, path);
      merges += PrintableToken(left) + " " + PrintableToken(right) + "\n";
    }
    ranks.emplace(tokens[rank], rank);
  }
  if (tokens.size() < Gpt2Vocab::kNumBytes) Refuse(path, "it has fewer than 256 tokens");
  return Gpt2Vocab(merges, path);
}

}  // namespace

Gpt2Vocab ReadTokenizer(const std::string& path) {
  if (path.empty()) return Gpt2Vocab::Embedded();
  const std::string content = ReadSmallFile(path, kMaxFileBytes);
  if (content.starts_with("{")) return FromJson(content, path);
  if (content.starts_with("IQ== 0")) return FromTiktoken(content, path);
  return Gpt2Vocab(content, path);
}

Gpt2Vocab ReadTokenizerPair(const std::string& vocab_path, const std::string& merges_path) {
  Gpt2Vocab vocab(ReadSmallFile(merges_path, kMaxFileBytes), merges_path);
  try {
    const Json ids = ParseJson(ReadSmallFile(vocab_path, kMaxFileBytes));
    CheckIds(vocab, ids, vocab_path);
    const auto end_of_text = ids.find(Gpt2Vocab::kEndOfText);
    if (end_of_text == ids.end() || *end_of_text != vocab.end_of_text()) {
      Refuse(vocab_path, fmt::format("<|endoftext|> has not the id {}, which the {} merges of {} "
                                     "leave it",
                                     vocab.end_of_text(), vocab.merges().size(), merges_path));
    }
    // What comes behind are further special tokens; one among ours would be a token of no merge.
    const auto count = std::count_if(ids.begin(), ids.end(),
                                     [&](const Json& id) { return id <= vocab.end_of_text(); });
    if (count != vocab.size()) {
      Refuse(vocab_path, fmt::format("it gives ids up to {} to {} tokens, of which {} makes {}",
                                     vocab.end_of_text(), count, merges_path, vocab.size()));
    }
  } catch (const nlohmann::json::exception& error) {
    Refuse(vocab_path, fmt::format("no valid vocab.json ({})", error.what()));
  }
  return vocab;
}

}  // namespace owt::formats
