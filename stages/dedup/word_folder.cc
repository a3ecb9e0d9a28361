// ASCII, nearly all of most texts, is folded 64 bytes at a time by the kernel, which notes where
// words begin and end; what is beyond it takes one look into a table per character.
#include "stages/dedup/word_folder.h"

#include <algorithm>
#include <cstring>

#include "pipeline/utf8.h"
#include "stages/dedup/folded_chars.h"

namespace owt::dedup {
namespace {

constexpr size_t kBlockBytes = 64;
constexpr size_t kReadAtOnce = size_t{16} << 10;

bool IsBeyondAscii(char c) { return static_cast<unsigned char>(c) >= 0x80; }

// Whether one of the next bytes, up to eight, is.
bool IsBeyondAsciiNear(std::string_view text, size_t at) {
  uint64_t bytes = 0;
  std::memcpy(&bytes, text.data() + at, std::min<size_t>(sizeof(bytes), text.size() - at));
  return (bytes & 0x8080808080808080u) != 0;
}

}  // namespace

WordFolder::WordFolder(text::SimdTier tier)
    : kernel_(&DedupKernelOf(tier)), edges_(2 * kMaxWords + kEdgesRoom) {
  cursor_.edges = edges_.data();
  cursor_.max_edges = 2 * kMaxWords - kBlockBytes - 2;
  Reserve(0);
}

void WordFolder::Start(std::string_view text) {
  text_ = text;
  read_ = 0;
  cursor_.at = 0;
  cursor_.num_edges = 0;
  cursor_.in_word = 0;
}

void WordFolder::Reserve(size_t bytes) {
  if (cursor_.at + bytes + kBytesRoom <= folded_.size()) return;
  folded_.resize((cursor_.at + bytes + kBytesRoom) * 3 / 2);
  cursor_.base = folded_.data();
}

// All but the word that has not ended, which moves to the front.
void WordFolder::DropGivenWords() {
  const size_t begin = cursor_.in_word != 0 ? edges_[cursor_.num_edges - 1] : cursor_.at;
  std::memmove(cursor_.base, cursor_.base + begin, cursor_.at - begin);
  cursor_.at -= begin;
  cursor_.num_edges = cursor_.in_word;
  edges_[0] = 0;
}

bool WordFolder::Next() {
  DropGivenWords();
  while (read_ < text_.size() && cursor_.num_edges < cursor_.max_edges) {
    const size_t size = std::min(kReadAtOnce, text_.size() - read_);
    Reserve(size);
    if (IsBeyondAscii(text_[read_])) {
      FoldBeyondAscii();
    } else if (size < kBlockBytes) {
      FoldEnd();
    } else {
      read_ += kernel_->fold_ascii(text_.data() + read_, size, &cursor_);
    }
  }
  if (read_ == text_.size()) EndWord();
  return size() > 0;
}

// Fewer than 64 bytes: with zeros behind them, which end the last word.
void WordFolder::FoldEnd() {
  char block[kBlockBytes] = {};
  const size_t size = text_.size() - read_;
  std::memcpy(block, text_.data() + read_, size);
  read_ += std::min(size, kernel_->fold_ascii(block, kBlockBytes, &cursor_));
}

// At least one character, and ASCII too where more beyond it are near.
void WordFolder::FoldBeyondAscii() {
  const size_t end = std::min(text_.size(), read_ + kReadAtOnce);
  do {
    const Utf8Char c = DecodeUtf8(text_, read_);
    read_ += c.length;
    Reserve(0);
    if (c.valid) {
      FoldCodePoint(c.code_point);
    } else {
      EndWord();
    }
  } while (read_ < end && cursor_.num_edges < cursor_.max_edges && IsBeyondAsciiNear(text_, read_));
}

void WordFolder::FoldCodePoint(char32_t code_point) {
  static const FoldedChars& chars = FoldedChars::Get();
  const auto add = [this](const FoldedChars::Part& part) {
    if (part.separates) return EndWord();
    if (part.size != 0) AddToWord({part.bytes, part.size}, part.is_alone);
  };
  if (const FoldedChars::Part* part = chars.Find(code_point)) return add(*part);
  std::vector<FoldedChars::Part> parts;
  FoldedChars::Parts(code_point, &parts);
  for (const FoldedChars::Part& part : parts) add(part);
}

void WordFolder::AddToWord(std::string_view bytes, bool is_alone) {
  if (is_alone) EndWord();
  if (cursor_.in_word == 0) edges_[cursor_.num_edges++] = static_cast<uint32_t>(cursor_.at);
  cursor_.in_word = 1;
  std::memcpy(cursor_.base + cursor_.at, bytes.data(), bytes.size());
  cursor_.at += bytes.size();
  if (is_alone) EndWord();
}

void WordFolder::EndWord() {
  if (cursor_.in_word == 0) return;
  edges_[cursor_.num_edges++] = static_cast<uint32_t>(cursor_.at);
  cursor_.in_word = 0;
}

}  // namespace owt::dedup
