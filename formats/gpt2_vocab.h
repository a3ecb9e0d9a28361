#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace owt::formats {

// Two adjacent tokens that become one. The merge of rank r (0 is applied first) makes token
// 256 + r.
struct MergePair {
  uint32_t left = 0;
  uint32_t right = 0;

  bool operator==(const MergePair&) const = default;
};

// A byte-level BPE vocabulary of GPT-2's kind. Ids are fixed by the merges alone:
//   0 .. 255             single bytes, in the order of GPT-2's byte-to-character table
//   256 .. 256 + M - 1   the M merges in rank order
//   256 + M              <|endoftext|>, which no text ever encodes to
// Immutable once made, so any number of threads may read it. GPT-2's takes about 2 MiB.
class Gpt2Vocab {
 public:
  static constexpr uint32_t kNumBytes = 256;
  static constexpr uint32_t kGpt2Size = 50257;
  static constexpr std::string_view kEndOfText = "<|endoftext|>";

  // GPT-2's own, from the merges embedded in the binary. Takes some milliseconds.
  static Gpt2Vocab Embedded();

  // From the text of a `vocab.bpe` (merges.txt): an optional line that starts with "#version:",
  // then one merge a line, two tokens separated by one space. `file` is for messages. Throws
  // Error{kInput} with the line when one is malformed, names a token that no earlier line made,
  // or makes a token for the second time.
  explicit Gpt2Vocab(std::string_view merges_text, std::string_view file = {});

  // From merges in rank order. Throws Error{kInternal} where one names a token that comes later.
  explicit Gpt2Vocab(std::span<const MergePair> merges);

  uint32_t size() const { return end_of_text() + 1; }

  uint32_t end_of_text() const { return kNumBytes + static_cast<uint32_t>(merges_.size()); }

  // The id of a one-byte token.
  uint32_t byte_id(uint8_t byte) const { return byte_ids_[byte]; }

  // In rank order.
  std::span<const MergePair> merges() const { return merges_; }

  // What the token stands for; "<|endoftext|>" for end_of_text(). REQUIRES: id < size(). The view
  // lives as long as the vocabulary.
  std::string_view token_bytes(uint32_t id) const {
    return std::string_view(bytes_).substr(offsets_[id], offsets_[id + 1] - offsets_[id]);
  }

  // Appends the bytes of `ids`, which need not be valid UTF-8. Stops at the first id >= size();
  // returns how many ids were decoded.
  size_t Decode(std::span<const uint32_t> ids, std::string* text) const;

 private:
  class Reader;

  void AddBytes();
  void AddToken(std::string_view token);

  std::vector<MergePair> merges_;
  std::vector<uint32_t> byte_ids_;  // by byte
  std::string bytes_;               // of all tokens, in id order
  std::vector<uint32_t> offsets_;   // size() + 1, into bytes_
};

// A token as GPT-2's files write it: a printable character of one or two UTF-8 bytes for each byte.
std::string PrintableToken(std::string_view token_bytes);

// The embedded `data/gpt2/vocab.bpe`, byte for byte.
std::string_view EmbeddedGpt2Merges();

// Start-up self-check: the embedded merges have the known hash and give 50,257 ids. Throws
// Error{kInternal} when the binary is damaged. Takes some milliseconds.
void CheckEmbeddedGpt2Vocab();

}  // namespace owt::formats
