#include "tests/reference/gpt2_encoder.h"

#include "pipeline/utf8.h"
#include "stages/text/unicode_class.h"

namespace owt::reference {
namespace {

using text::UnicodeClass;

struct Char {
  std::string bytes;
  UnicodeClass value;
};

std::vector<Char> Classify(std::string_view text) {
  std::vector<Char> chars;
  for (size_t i = 0; i < text.size();) {
    const Utf8Char c = DecodeUtf8(text, i);
    chars.push_back({std::string(text.substr(i, c.length)),
                     c.valid ? text::ClassOf(c.code_point) : UnicodeClass::kOther});
    i += c.length;
  }
  return chars;
}

// How many characters the alternative matches at `at`, or 0.
size_t MatchLiteral(const std::vector<Char>& chars, size_t at, std::string_view literal) {
  for (size_t i = 0; i < literal.size(); ++i) {
    if (at + i >= chars.size() || chars[at + i].bytes != literal.substr(i, 1)) return 0;
  }
  return literal.size();
}

// " ?X+"
size_t MatchRun(const std::vector<Char>& chars, size_t at, UnicodeClass value) {
  const size_t start = at + (chars[at].bytes == " " ? 1 : 0);
  size_t end = start;
  while (end < chars.size() && chars[end].value == value) ++end;
  return end == start ? 0 : end - at;
}

// "\s+(?!\S)", then "\s+"
size_t MatchSpace(const std::vector<Char>& chars, size_t at) {
  size_t end = at;
  while (end < chars.size() && chars[end].value == UnicodeClass::kSpace) ++end;
  for (size_t shorter = end; shorter > at; --shorter) {
    const bool non_space_follows =
        shorter < chars.size() && chars[shorter].value != UnicodeClass::kSpace;
    if (!non_space_follows) return shorter - at;
  }
  return end - at;
}

size_t Match(const std::vector<Char>& chars, size_t at) {
  for (const char* literal : {"'s", "'t", "'re", "'ve", "'m", "'ll", "'d"}) {
    if (const size_t n = MatchLiteral(chars, at, literal)) return n;
  }
  for (UnicodeClass value : {UnicodeClass::kLetter, UnicodeClass::kNumber, UnicodeClass::kOther}) {
    if (const size_t n = MatchRun(chars, at, value)) return n;
  }
  return MatchSpace(chars, at);
}

}  // namespace

std::vector<std::string> Pieces(std::string_view text) {
  const std::vector<Char> chars = Classify(text);
  std::vector<std::string> pieces;
  for (size_t at = 0; at < chars.size();) {
    const size_t end = at + Match(chars, at);
    std::string piece;
    for (; at < end; ++at) piece += chars[at].bytes;
    pieces.push_back(std::move(piece));
  }
  return pieces;
}

Gpt2Encoder::Gpt2Encoder(const formats::Gpt2Vocab& vocab) : vocab_(vocab) {
  for (const formats::MergePair& merge : vocab.merges()) {
    ranks_.emplace(std::pair(merge.left, merge.right), static_cast<uint32_t>(ranks_.size()));
  }
}

std::vector<uint32_t> Gpt2Encoder::EncodePiece(std::string_view piece) const {
  std::vector<uint32_t> ids;
  for (const char byte : piece) ids.push_back(vocab_.byte_id(static_cast<uint8_t>(byte)));
  while (true) {
    size_t best = ids.size();
    uint32_t best_rank = ~uint32_t{0};
    for (size_t i = 0; i + 1 < ids.size(); ++i) {
      const auto it = ranks_.find({ids[i], ids[i + 1]});
      if (it == ranks_.end() || it->second >= best_rank) continue;
      best = i;
      best_rank = it->second;
    }
    if (best == ids.size()) return ids;
    ids[best] = formats::Gpt2Vocab::kNumBytes + best_rank;
    ids.erase(ids.begin() + static_cast<ptrdiff_t>(best) + 1);
  }
}

std::vector<uint32_t> Gpt2Encoder::Encode(std::string_view text) const {
  std::vector<uint32_t> ids;
  for (const std::string& piece : Pieces(text)) {
    const std::vector<uint32_t> piece_ids = EncodePiece(piece);
    ids.insert(ids.end(), piece_ids.begin(), piece_ids.end());
  }
  return ids;
}

}  // namespace owt::reference
