#include "formats/tokenizer_files.h"

#include <fmt/format.h>

#include <string_view>

#include "pipeline/base64.h"
#include "pipeline/json_string.h"

namespace owt::formats {
namespace {

// Every token with its id, special ones last: each(printable, id, is_special).
template <class Each>
void ForEachToken(const Gpt2Vocab& vocab, std::span<const std::string> further, Each each) {
  for (uint32_t id = 0; id < vocab.end_of_text(); ++id) {
    each(PrintableToken(vocab.token_bytes(id)), id, false);
  }
  uint32_t id = vocab.end_of_text();
  each(std::string(Gpt2Vocab::kEndOfText), id++, true);
  for (const std::string& token : further) each(token, id++, true);
}

// Splitter, post-processor and decoder are the same object.
constexpr std::string_view kByteLevel =
    R"({"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true})";

constexpr std::string_view kTokenizerJson = R"({{"version":"1.0","truncation":null,"padding":null,
"added_tokens":{added},
"normalizer":null,"pre_tokenizer":{byte_level},"post_processor":{byte_level},"decoder":{byte_level},
"model":{{"type":"BPE","dropout":null,"unk_token":null,"continuing_subword_prefix":null,
"end_of_word_suffix":null,"fuse_unk":false,"byte_fallback":false,"ignore_merges":false,
"vocab":{vocab},
"merges":{merges}}}}}
)";

}  // namespace

std::string MergesText(const Gpt2Vocab& vocab) {
  std::string text = "#version: 0.2\n";
  for (const MergePair& merge : vocab.merges()) {
    text += PrintableToken(vocab.token_bytes(merge.left));
    text += ' ';
    text += PrintableToken(vocab.token_bytes(merge.right));
    text += '\n';
  }
  return text;
}

std::string VocabJson(const Gpt2Vocab& vocab, std::span<const std::string> further) {
  std::string json = "{";
  ForEachToken(vocab, further, [&](const std::string& token, uint32_t id, bool) {
    if (id > 0) json += ',';
    AppendJsonString(token, &json);
    json += fmt::format(":{}", id);
  });
  return json + "}";
}

std::string TokenizerJson(const Gpt2Vocab& vocab, std::span<const std::string> further) {
  std::string added = "[";
  ForEachToken(vocab, further, [&](const std::string& token, uint32_t id, bool is_special) {
    if (!is_special) return;
    added += fmt::format(R"({}{{"id":{},"content":)", added.size() == 1 ? "" : ",", id);
    AppendJsonString(token, &added);
    added +=
        R"(,"single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true})";
  });
  std::string merges = "[";
  for (const MergePair& merge : vocab.merges()) {
    merges += merges.size() == 1 ? "[" : ",[";
    AppendJsonString(PrintableToken(vocab.token_bytes(merge.left)), &merges);
    merges += ',';
    AppendJsonString(PrintableToken(vocab.token_bytes(merge.right)), &merges);
    merges += ']';
  }
  return fmt::format(
      kTokenizerJson, fmt::arg("added", added + "]"), fmt::arg("byte_level", kByteLevel),
      fmt::arg("vocab", VocabJson(vocab, further)), fmt::arg("merges", merges + "]"));
}

std::string TiktokenText(const Gpt2Vocab& vocab) {
  std::string text;
  for (uint32_t id = 0; id < vocab.end_of_text(); ++id) {
    AppendBase64(vocab.token_bytes(id), &text);
    text += fmt::format(" {}\n", id);
  }
  return text;
}

}  // namespace owt::formats
