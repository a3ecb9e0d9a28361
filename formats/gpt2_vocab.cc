// GPT-2 writes its merges as text, with every byte shown as a printable character: bytes that are
// printable in Latin-1 stand for themselves, the 68 others take the characters from U+0100 on, in
// byte order (OpenAI gpt-2 release, `bytes_to_unicode`). Ids of single bytes follow the same order:
// first the printable ones, then the others.

#include "formats/gpt2_vocab.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <array>
#include <optional>

#include "pipeline/error.h"

namespace owt::formats {
namespace {

constexpr uint32_t kFirstShiftedChar = 0x100;
// Offsets of token bytes are 32 bits wide, and no token is longer than its line.
constexpr size_t kMaxMergesBytes = size_t{1} << 30;

constexpr bool IsPrintable(uint32_t byte) {
  return (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
}

// The 256 bytes in id order.
constexpr std::array<uint8_t, 256> BytesInIdOrder() {
  std::array<uint8_t, 256> order{};
  size_t next = 0;
  for (const bool printable : {true, false}) {
    for (uint32_t byte = 0; byte < 256; ++byte) {
      if (IsPrintable(byte) == printable) order[next++] = static_cast<uint8_t>(byte);
    }
  }
  return order;
}

constexpr std::array<uint8_t, 256> kBytesInIdOrder = BytesInIdOrder();
constexpr size_t kNumPrintable = 188;
static_assert(IsPrintable(kBytesInIdOrder[kNumPrintable - 1]) &&
              !IsPrintable(kBytesInIdOrder[kNumPrintable]));

// The byte that a character of the table stands for.
std::optional<uint8_t> ByteOfChar(uint32_t character) {
  if (character < kFirstShiftedChar) {
    if (!IsPrintable(character)) return std::nullopt;
    return static_cast<uint8_t>(character);
  }
  const size_t index = kNumPrintable + (character - kFirstShiftedChar);
  if (index >= kBytesInIdOrder.size()) return std::nullopt;
  return kBytesInIdOrder[index];
}

// Appends the bytes that a token as written (UTF-8, one or two bytes a character) stands for. False
// if it is empty or holds a character outside the table.
bool ParseToken(std::string_view written, std::string* token) {
  for (size_t i = 0; i < written.size(); ++i) {
    uint32_t character = static_cast<uint8_t>(written[i]);
    if (character >= 0x80) {
      const bool two_bytes = (character & 0xE0) == 0xC0 && i + 1 < written.size() &&
                             (static_cast<uint8_t>(written[i + 1]) & 0xC0) == 0x80;
      if (!two_bytes) return false;
      character = ((character & 0x1F) << 6) | (static_cast<uint8_t>(written[++i]) & 0x3F);
    }
    const std::optional<uint8_t> byte = ByteOfChar(character);
    if (!byte) return false;
    token->push_back(static_cast<char>(*byte));
  }
  return !written.empty();
}

}  // namespace

// Reads merges into a vocabulary, whose tokens it finds by their bytes: an open hash table of ids.
// Programs do this at every start.
class Gpt2Vocab::Reader {
 public:
  // REQUIRES: the vocabulary holds the single bytes and nothing else.
  Reader(Gpt2Vocab* vocab, std::string_view file)
      : vocab_(*vocab), file_(file), slots_(kFirstSlots, kEmpty) {
    for (uint32_t id = 0; id < kNumBytes; ++id) *SlotOf(vocab_.token_bytes(id)) = id;
  }

  // Takes the merge on `line` in.
  void Read(std::string_view line, uint64_t line_number) {
    constexpr std::string_view kMalformed = "is not two tokens separated by one space";
    const size_t space = line.find(' ');
    token_.clear();
    if (space == line.npos || !ParseToken(line.substr(0, space), &token_)) {
      Fail(line_number, kMalformed);
    }
    const size_t left_bytes = token_.size();
    if (!ParseToken(line.substr(space + 1), &token_)) Fail(line_number, kMalformed);
    const std::string_view token = token_;
    const uint32_t left = *SlotOf(token.substr(0, left_bytes));
    const uint32_t right = *SlotOf(token.substr(left_bytes));
    if (left == kEmpty || right == kEmpty) {
      Fail(line_number, "names a token that no line before it makes");
    }
    vocab_.merges_.push_back({left, right});
    vocab_.AddToken(token);
    if (!AddLast()) Fail(line_number, "makes a token that exists already");
  }

 private:
  static constexpr size_t kFirstSlots = size_t{1} << 17;  // enough for GPT-2
  static constexpr uint32_t kEmpty = ~uint32_t{0};

  // Where the token is, or the empty place where it belongs.
  uint32_t* SlotOf(std::string_view token) {
    for (size_t i = XXH3_64bits(token.data(), token.size());; ++i) {
      uint32_t& slot = slots_[i & (slots_.size() - 1)];
      if (slot == kEmpty || vocab_.token_bytes(slot) == token) return &slot;
    }
  }

  // Takes the vocabulary's last token in; false where its bytes are there already.
  bool AddLast() {
    const auto id = static_cast<uint32_t>(vocab_.offsets_.size() - 2);
    if (size_t{id} * 2 >= slots_.size()) {
      slots_.assign(slots_.size() * 2, kEmpty);
      for (uint32_t i = 0; i < id; ++i) *SlotOf(vocab_.token_bytes(i)) = i;
    }
    uint32_t* slot = SlotOf(vocab_.token_bytes(id));
    if (*slot != kEmpty) return false;
    *slot = id;
    return true;
  }

  [[noreturn]] void Fail(uint64_t line_number, std::string_view problem) const {
    throw Error(ErrorKind::kInput,
                fmt::format("BPE merges: line {} {}; take an unchanged vocab.bpe or merges.txt",
                            line_number, problem),
                std::string(file_));
  }

  Gpt2Vocab& vocab_;
  std::string_view file_;
  std::vector<uint32_t> slots_;  // ids; at most half full
  std::string token_;
};

Gpt2Vocab::Gpt2Vocab(std::string_view merges_text, std::string_view file) {
  if (merges_text.size() > kMaxMergesBytes) {
    throw Error(ErrorKind::kInput, "BPE merges: larger than 1 GiB", std::string(file));
  }
  AddBytes();
  Reader reader(this, file);
  uint64_t line_number = 0;
  while (!merges_text.empty()) {
    const size_t end = merges_text.find('\n');
    std::string_view line = merges_text.substr(0, end);
    merges_text.remove_prefix(end == std::string_view::npos ? merges_text.size() : end + 1);
    ++line_number;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line_number == 1 && line.starts_with("#version:")) continue;
    reader.Read(line, line_number);
  }
  AddToken(kEndOfText);
}

Gpt2Vocab::Gpt2Vocab(std::span<const MergePair> merges) : merges_(merges.begin(), merges.end()) {
  AddBytes();
  offsets_.reserve(merges.size() + kNumBytes + 2);
  uint32_t id = kNumBytes;
  for (const auto& [left, right] : merges_) {
    if (left >= id || right >= id) {
      throw Error(ErrorKind::kInternal, fmt::format("merge {} is of later tokens", id - kNumBytes));
    }
    bytes_.append(bytes_, offsets_[left], offsets_[left + 1] - offsets_[left]);
    bytes_.append(bytes_, offsets_[right], offsets_[right + 1] - offsets_[right]);
    offsets_.push_back(static_cast<uint32_t>(bytes_.size()));
    ++id;
  }
  AddToken(kEndOfText);
}

void Gpt2Vocab::AddBytes() {
  offsets_.push_back(0);
  byte_ids_.resize(kNumBytes);
  for (uint32_t id = 0; id < kNumBytes; ++id) {
    byte_ids_[kBytesInIdOrder[id]] = id;
    const char byte = static_cast<char>(kBytesInIdOrder[id]);
    AddToken({&byte, 1});
  }
}

void Gpt2Vocab::AddToken(std::string_view token) {
  bytes_ += token;
  offsets_.push_back(static_cast<uint32_t>(bytes_.size()));
}

size_t Gpt2Vocab::Decode(std::span<const uint32_t> ids, std::string* text) const {
  for (size_t i = 0; i < ids.size(); ++i) {
    if (ids[i] >= size()) return i;
    *text += token_bytes(ids[i]);
  }
  return ids.size();
}

std::string PrintableToken(std::string_view token_bytes) {
  static constexpr auto kCharOfByte = [] {
    std::array<uint16_t, 256> table{};
    for (size_t i = 0; i < kBytesInIdOrder.size(); ++i) {
      const uint8_t byte = kBytesInIdOrder[i];
      table[byte] =
          static_cast<uint16_t>(i < kNumPrintable ? byte : kFirstShiftedChar + (i - kNumPrintable));
    }
    return table;
  }();
  std::string text;
  for (const char c : token_bytes) {
    const unsigned character = kCharOfByte[static_cast<uint8_t>(c)];
    if (character < 0x80) {
      text.push_back(static_cast<char>(character));
    } else {
      text.push_back(static_cast<char>(0xC0 | character >> 6));
      text.push_back(static_cast<char>(0x80 | (character & 0x3F)));
    }
  }
  return text;
}

}  // namespace owt::formats
